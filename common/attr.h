// SPDX-License-Identifier: GPL-2.0-or-later
// Netlink attributes in a message that lies in memory: reading and writing them without libnl. Pure.
#ifndef ATTR_H
#define ATTR_H

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is still to be read. */
struct attr_span {
	const unsigned char *at;
	size_t left;
};

/* The next one, or NULL at the end or where the rest is none. */
const struct rtattr *attr_next(struct attr_span *span);

/* A span of what is inside one. */
struct attr_span attr_inside(const struct rtattr *attr);

/* Its type without flags, the number of its bytes, and the bytes. */
unsigned attr_type(const struct rtattr *attr);
size_t attr_len(const struct rtattr *attr);
const void *attr_data(const struct rtattr *attr);

/* The number in it; 0 if it is too short for one. */
uint32_t attr_u32(const struct rtattr *attr);

/* The text in it, cut if need be. */
void attr_string(const struct rtattr *attr, char *out, size_t size);

/* The first of a type, or NULL. */
const struct rtattr *attr_find(struct attr_span span, unsigned type);

/* A message that grows. What does not fit is left out and `full` set. */
struct attr_writer {
	unsigned char *buf;
	size_t len;
	size_t size;
	bool full;
};

/* Append bytes, and zeros up to the next attribute's place. */
void attr_put_raw(struct attr_writer *writer, const void *data, size_t len);

/* Append an attribute. */
void attr_put(struct attr_writer *writer, unsigned type, const void *data, size_t len);
void attr_put_u32(struct attr_writer *writer, unsigned type, uint32_t value);

/* Append one as it is. */
void attr_copy(struct attr_writer *writer, const struct rtattr *attr);

/* Begin an attribute that holds others; end it, with what attr_nest returned. */
size_t attr_nest(struct attr_writer *writer, unsigned type);
void attr_nest_end(struct attr_writer *writer, size_t nest);

#endif
