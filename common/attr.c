// SPDX-License-Identifier: GPL-2.0-or-later
#include "attr.h"

#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

const struct rtattr *attr_next(struct attr_span *span)
{
	const struct rtattr *attr = (const void *)span->at;
	size_t used;

	if (span->left < sizeof(*attr) || attr->rta_len < sizeof(*attr) ||
	    attr->rta_len > span->left)
		return NULL;
	used = RTA_ALIGN(attr->rta_len);
	if (used > span->left)
		used = span->left;
	span->at += used;
	span->left -= used;
	return attr;
}

struct attr_span attr_inside(const struct rtattr *attr)
{
	return (struct attr_span){ attr_data(attr), attr_len(attr) };
}

unsigned attr_type(const struct rtattr *attr)
{
	return attr->rta_type & NLA_TYPE_MASK;
}

size_t attr_len(const struct rtattr *attr)
{
	return attr->rta_len - sizeof(*attr);
}

const void *attr_data(const struct rtattr *attr)
{
	return attr + 1;
}

uint32_t attr_u32(const struct rtattr *attr)
{
	uint32_t value = 0;

	if (attr_len(attr) >= sizeof(value))
		memcpy(&value, attr_data(attr), sizeof(value));
	return value;
}

void attr_string(const struct rtattr *attr, char *out, size_t size)
{
	snprintf(out, size, "%.*s", (int)attr_len(attr), (const char *)attr_data(attr));
}

const struct rtattr *attr_find(struct attr_span span, unsigned type)
{
	const struct rtattr *attr;

	while ((attr = attr_next(&span)))
		if (attr_type(attr) == type)
			return attr;
	return NULL;
}

void attr_put_raw(struct attr_writer *writer, const void *data, size_t len)
{
	size_t all = RTA_ALIGN(len);

	if (writer->full || writer->size - writer->len < all) {
		writer->full = true;
		return;
	}
	memset(writer->buf + writer->len, 0, all);
	if (len)
		memcpy(writer->buf + writer->len, data, len);
	writer->len += all;
}

void attr_put(struct attr_writer *writer, unsigned type, const void *data, size_t len)
{
	const struct rtattr head = {
		.rta_len = (unsigned short)(sizeof(head) + len),
		.rta_type = (unsigned short)type,
	};

	if (writer->size - writer->len < sizeof(head) + RTA_ALIGN(len))
		writer->full = true;
	attr_put_raw(writer, &head, sizeof(head));
	attr_put_raw(writer, data, len);
}

void attr_put_u32(struct attr_writer *writer, unsigned type, uint32_t value)
{
	attr_put(writer, type, &value, sizeof(value));
}

void attr_copy(struct attr_writer *writer, const struct rtattr *attr)
{
	attr_put_raw(writer, attr, attr->rta_len);
}

size_t attr_nest(struct attr_writer *writer, unsigned type)
{
	size_t nest = writer->len;

	attr_put(writer, type, NULL, 0);
	return nest;
}

void attr_nest_end(struct attr_writer *writer, size_t nest)
{
	struct rtattr head;

	if (writer->full)
		return;
	memcpy(&head, writer->buf + nest, sizeof(head));
	head.rta_len = (unsigned short)(writer->len - nest);
	memcpy(writer->buf + nest, &head, sizeof(head));
}
