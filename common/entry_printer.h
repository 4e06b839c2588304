// SPDX-License-Identifier: GPL-2.0-or-later
// What the printers of entries share; for entry_print*.c alone.
#ifndef ENTRY_PRINTER_H
#define ENTRY_PRINTER_H

#include "entry.h"
#include "text.h"

/* One entry on its way to become words. What there are none for is gathered. */
struct printer {
	const struct entry *entry;
	const struct spot *spot;
	enum entry_verb verb;
	struct text *out;
	unsigned wordless[8];
	size_t wordless_count;
};

struct printer_word {
	unsigned value;
	const char *name;
};

/* Append " KEYWORD NAME", or the number if it has no name. */
void printer_number(struct printer *p, const char *keyword, unsigned value,
		    const struct printer_word *words, size_t count);

/* Append an address of a family. */
void printer_inet(struct printer *p, int family, const struct rtattr *attr);

/* Append a prefix: the default's when there is none, an address without length when it is one. */
void printer_prefix(struct printer *p, const struct rtattr *attr, unsigned len);

/* Append " KEYWORD DEVICE", and " KEYWORD TEXT". */
void printer_device(struct printer *p, const char *keyword, int index);
void printer_text(struct printer *p, const char *keyword, const struct rtattr *attr);

/* "realms FROM/TO": two numbers in one. */
void printer_realms(struct printer *p, uint32_t realms);

/* There are no words for an attribute. */
void printer_no_words(struct printer *p, const struct rtattr *attr);

/* The entry's first attribute of a type, or NULL. */
const struct rtattr *printer_find(const struct printer *p, unsigned type);

/* A route (entry_print_route.c). */
void printer_route(struct printer *p);

#endif
