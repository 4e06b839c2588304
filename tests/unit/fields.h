// SPDX-License-Identifier: GPL-2.0-or-later
// Structs from words as "name=vif1.0 mtu=1500", by tables of their fields.
#ifndef FIELDS_H
#define FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/inet.h"
#include "common/text.h"
#include "common/vlan.h"

enum type { INT, UNSIGNED, BOOL, STRING, MAC, BYTE, INET, VLANS };

struct field {
	const char *name;
	enum type type;
	size_t offset, size;
};

#define FIELD(of, field, name, type) \
	{ name, type, offsetof(struct of, field), sizeof(((struct of *)NULL)->field) }

static inline void set_field(const struct field *field, char *at, const char *value)
{
	struct error err = { 0 };

	switch (field->type) {
	case INT:
	case UNSIGNED:
		*(unsigned *)at = (unsigned)strtol(value, NULL, 0);
		break;
	case BYTE:
		*at = (char)strtol(value, NULL, 0);
		break;
	case BOOL:
		*(bool *)at = !strcmp(value, "yes");
		break;
	case STRING:
		assert_true(text_copy(at, field->size, value));
		break;
	case MAC:
		assert_int_equal(inet_parse_mac(value, (uint8_t *)at, &err), 0);
		break;
	case INET:
		assert_int_equal(inet_parse(value, (struct inet_prefix *)at, &err), 0);
		break;
	case VLANS:
		assert_int_equal(vlan_parse_list(value, (struct vlan_set *)at, &err), 0);
		break;
	}
}

/* "name=vif1.0 mtu=1500" into a struct. */
static inline void set_fields(const struct field *fields, void *at, char *words)
{
	for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
		char *equals = strchr(word, '=');
		const struct field *field = fields;

		if (!equals)
			fail_msg("%s: not FIELD=VALUE", word);
		*equals = '\0';
		while (field->name && strcmp(field->name, word))
			field++;
		if (!field->name)
			fail_msg("no field %s", word);
		set_field(field, (char *)at + field->offset, equals + 1);
	}
}

#endif
