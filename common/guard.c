// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "guard_door.h"

#define PORT_LEN 16	/* of a port's name in a key */

static const char *const drop_sets[] = {
	"drop_mac", "drop_type", "drop_arp", "drop_dhcp", "drop_ip", "drop_ra", "drop_ndp",
	"drop_bad",
};

static bool contains(const struct inet_prefix *outer, const struct inet_prefix *inner)
{
	struct inet_prefix cut = *inner;

	if (outer->family != inner->family || outer->len > inner->len)
		return false;
	cut.len = outer->len;
	cut = inet_mask(&cut);
	return !memcmp(cut.addr, outer->addr, sizeof(cut.addr));
}

/* Prefixes of one set must not overlap; of two that do the shorter one has all. */
void guard_add_address(struct guard *guard, const struct inet_prefix *address)
{
	const struct inet_prefix masked = inet_mask(address);
	size_t kept = 0;

	for (size_t i = 0; i < guard->ip_count; i++)
		if (inet_is_host(&guard->ips[i]) == inet_is_host(&masked) &&
		    contains(&guard->ips[i], &masked))
			return;
	for (size_t i = 0; i < guard->ip_count; i++)
		if (inet_is_host(&guard->ips[i]) || inet_is_host(&masked) ||
		    !contains(&masked, &guard->ips[i]))
			guard->ips[kept++] = guard->ips[i];
	guard->ips[kept] = masked;
	guard->ip_count = kept + 1;
}

void guard_none(const char *device, struct guard *guard)
{
	memset(guard, 0, sizeof(*guard));
	memcpy(guard->device, device, strlen(device) + 1);
}

void guard_want(const struct request *request, const struct traffic *traffic,
		struct guard *guard)
{
	struct inet_prefix link_local = inet_link_local(request->mac);

	guard_none(request->wanted, guard);
	if (request->antispoof != TOGGLE_ON)
		return;
	guard->present = true;
	guard->hooked = true;
	guard->bridged = traffic->bridged;
	guard->is_trunk = traffic->bridged && traffic->tagged;
	guard->is_tap = request->type == TYPE_TAP;
	guard->is_free = !traffic->count;
	memcpy(guard->mac, request->mac, MAC_LEN);
	for (size_t i = 0; i < traffic->count; i++)
		guard_add_address(guard, &traffic->ips[i]);
	guard_add_address(guard, &link_local);
}

/* In whatever order. */
static bool same_addresses(const struct guard *a, const struct guard *b)
{
	size_t i, j;

	for (i = 0; i < a->ip_count; i++) {
		for (j = 0; j < b->ip_count; j++)
			if (!memcmp(&a->ips[i], &b->ips[j], sizeof(a->ips[i])))
				break;
		if (j == b->ip_count)
			return false;
	}
	return a->ip_count == b->ip_count;
}

bool guard_same(const struct guard *a, const struct guard *b)
{
	if (a->damaged || b->damaged)
		return false;
	if (!a->present || !b->present)
		return a->present == b->present && a->hooked == b->hooked;
	return a->hooked == b->hooked && a->bridged == b->bridged && a->is_trunk == b->is_trunk &&
	       a->is_tap == b->is_tap && a->is_free == b->is_free && !strcmp(a->device, b->device) &&
	       !memcmp(a->mac, b->mac, MAC_LEN) && same_addresses(a, b);
}

static enum guard_family other_family(const struct guard *guard)
{
	return guard->bridged ? GUARD_BRIDGE : GUARD_HOST;
}

bool guard_is_in(const struct guard *guard, enum guard_family family)
{
	return guard->present && (family == GUARD_DOOR || family == other_family(guard));
}

/* ---- elements ------------------------------------------------------------------------------- */

struct list {
	struct guard_element *elements;
	size_t count;
	const struct guard *guard;
};

/* Append one; `data` of `len` bytes stands behind the port's name, if the set has that. */
static struct guard_element *add(struct list *list, enum guard_family family, const char *set,
				 const void *data, size_t len)
{
	struct guard_element *element = &list->elements[list->count++];

	memset(element, 0, sizeof(*element));
	element->family = family;
	element->set = guard_set(set);
	if (guard_key_type(element->set->key)->port) {
		memcpy(element->key, list->guard->device, strlen(list->guard->device));
		element->len = PORT_LEN;
	}
	if (len)
		memcpy(element->key + element->len, data, len);
	element->len += (len + 3) / 4 * 4;
	return element;
}

static void add_whole(struct list *list, const struct inet_prefix *ip, enum guard_family other,
		      bool owned)
{
	if (ip->family == AF_INET) {
		add(list, GUARD_DOOR, "allow4", ip->addr, 4);
		if (owned) {
			add(list, GUARD_DOOR, "owned4", ip->addr, 4);
			add(list, other, "owned4", ip->addr, 4);
		}
		return;
	}
	add(list, GUARD_DOOR, "allow6", ip->addr, 16);
	add(list, GUARD_DOOR, "allow6_raw", ip->addr, 16);
	if (owned) {
		add(list, GUARD_DOOR, "owned6", ip->addr, 16);
		add(list, GUARD_DOOR, "owned6_raw", ip->addr, 16);
		add(list, other, "owned6", ip->addr, 16);
		add(list, other, "owned6_raw", ip->addr, 16);
	}
}

static void add_range(struct list *list, const char *set, const struct inet_prefix *prefix,
		      size_t len)
{
	struct guard_element *element = add(list, GUARD_DOOR, set, prefix->addr, len);

	memcpy(element->end, element->key, element->len);
	for (size_t bit = prefix->len; bit < len * 8; bit++)
		element->end[PORT_LEN + bit / 8] |= (uint8_t)(0x80 >> bit % 8);
}

/* What is a prefix's is nobody's own: those of two guests may overlap. */
static void add_address(struct list *list, const struct inet_prefix *ip, enum guard_family other,
			bool owned)
{
	if (inet_is_host(ip)) {
		add_whole(list, ip, other, owned);
	} else if (ip->family == AF_INET) {
		add_range(list, "allow4_net", ip, 4);
	} else {
		add_range(list, "allow6_net", ip, 16);
		add_range(list, "allow6_net_raw", ip, 16);
	}
}

size_t guard_elements(const struct guard *guard, struct guard_element elements[GUARD_ELEMENTS])
{
	enum guard_family other = other_family(guard);
	struct list list = { .elements = elements, .guard = guard };

	if (!guard->present)
		return 0;
	add(&list, GUARD_DOOR, "guarded", NULL, 0);
	add(&list, other, "guarded", NULL, 0);
	add(&list, GUARD_DOOR, "macs", guard->mac, MAC_LEN);
	add(&list, GUARD_DOOR, "macs_raw", guard->mac, MAC_LEN);
	if (guard->is_free)
		add(&list, GUARD_DOOR, "free", NULL, 0);
	if (guard->is_trunk)
		add(&list, GUARD_DOOR, "trunks", NULL, 0);
	for (size_t i = 0; i < guard->ip_count; i++)
		add_address(&list, &guard->ips[i], other, !guard->is_tap);
	for (size_t i = 0; i < ARRAY_SIZE(drop_sets); i++)
		add(&list, GUARD_DOOR, drop_sets[i], NULL, 0);
	return list.count;
}

/* ---- the comment ---------------------------------------------------------------------------- */

static const struct {
	const char *word;
	bool bridged, is_trunk, is_tap;
} kinds[] = {
	{ "routed", false, false, false },  { "routed-tap", false, false, true },
	{ "bridged", true, false, false },  { "bridged-tap", true, false, true },
	{ "trunk", true, true, false },	    { "trunk-tap", true, true, true },
};

static const char *kind_of(const struct guard *guard)
{
	size_t i = 0;

	while (kinds[i].bridged != guard->bridged || kinds[i].is_trunk != guard->is_trunk ||
	       kinds[i].is_tap != guard->is_tap)
		i++;
	return kinds[i].word;
}

static bool is_implied(const struct guard *guard, const struct inet_prefix *ip)
{
	const struct inet_prefix link_local = inet_link_local(guard->mac);

	return !memcmp(ip, &link_local, sizeof(*ip));
}

static void print_prefix(const struct inet_prefix *prefix, struct text *out)
{
	char text[INET_TEXT];

	inet_print(prefix, text);
	text_add(out, inet_is_host(prefix) ? "%s" : "%s/%u", text, prefix->len);
}

void guard_comment(const struct guard *guard, struct text *out)
{
	const char *kind = kind_of(guard);
	char mac[MAC_TEXT], buf[GUARD_COMMENT];
	struct text list = TEXT_IN(buf);

	inet_print_mac(guard->mac, mac);
	text_add(&list, "%s %s", mac, kind);
	if (guard->is_free)
		text_add(&list, " any");
	for (size_t i = 0; i < guard->ip_count && !guard->is_free; i++)
		if (!is_implied(guard, &guard->ips[i])) {
			text_add(&list, " ");
			print_prefix(&guard->ips[i], &list);
		}
	if (list.cut)
		text_add(out, "%s %s many", mac, kind);
	else
		text_add(out, "%s", buf);
}

/* The kind's word; false if it is none. */
static bool read_kind(const char *word, struct guard *guard)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(word, kinds[i].word)) {
			guard->bridged = kinds[i].bridged;
			guard->is_trunk = kinds[i].is_trunk;
			guard->is_tap = kinds[i].is_tap;
			return true;
		}
	return false;
}

int guard_read_comment(const char *comment, struct guard *guard, bool *listed, struct error *err)
{
	struct inet_prefix ips[TRAFFIC_IPS], link_local;
	char mac[GUARD_COMMENT], kind[GUARD_COMMENT];
	struct error own = { 0 };
	size_t count = 0;
	int end = 0;

	if (strlen(comment) >= GUARD_COMMENT || sscanf(comment, "%127s %127s%n", mac, kind, &end) != 2 ||
	    inet_parse_mac(mac, guard->mac, &own) || !read_kind(kind, guard))
		return error_set(err, EINVAL, "'%s' is no comment of the guard's", comment);
	comment += end;
	guard->is_free = !strcmp(comment, " any");
	*listed = strcmp(comment, " many");
	if (*listed && !guard->is_free &&
	    inet_parse_list(comment, ips, TRAFFIC_IPS, &count, err))
		return -err->code;
	guard->ip_count = 0;
	for (size_t i = 0; i < count; i++)
		guard_add_address(guard, &ips[i]);
	link_local = inet_link_local(guard->mac);
	guard_add_address(guard, &link_local);
	return 0;
}

/* ---- print ---------------------------------------------------------------------------------- */

/* One field of a key, which is a MAC, an address, or nothing that has a name. */
static void print_field(const uint8_t *value, size_t len, bool raw, struct text *out)
{
	struct inet_prefix ip = { .family = len == 4 ? AF_INET : AF_INET6 };
	char text[INET_TEXT];

	if (raw) {
		text_add(out, "0x");
		for (size_t i = 0; i < len; i++)
			text_add(out, "%02x", value[i]);
		return;
	}
	memcpy(ip.addr, value, len);
	if (len == MAC_LEN)
		inet_print_mac(value, text);
	else
		inet_print(&ip, text);
	text_add(out, "%s", text);
}

static void print_key(const struct guard_element *element, const char *device, struct text *out)
{
	const struct guard_key_type *type = guard_key_type(element->set->key);
	bool raw = !strncmp(type->text, "typeof", 6);
	size_t offset = 0;

	for (size_t i = 0; i < GUARD_FIELDS && type->fields[i]; i++) {
		text_add(out, i ? " . " : "");
		if (!i && type->port)
			text_add(out, "\"%s\"", device);
		else
			print_field(element->key + offset, type->fields[i], raw, out);
		offset += ((size_t)type->fields[i] + 3) / 4 * 4;
	}
	/* The last one is what a range is of. */
	if (!element->set->interval)
		return;
	text_add(out, "-");
	print_field(element->end + PORT_LEN, type->fields[1], raw, out);
}

static void print_element(const struct guard_element *element, const char *command,
			  const struct guard *guard, struct text *out)
{
	text_add(out, "%s element %s " GUARD_TABLE " %s { ", command,
		 guard_tables[element->family].word, element->set->name);
	print_key(element, guard->device, out);
	if (!strcmp(element->set->name, "guarded") && *command == 'a') {
		text_add(out, " comment \"");
		guard_comment(guard, out);
		text_add(out, "\"");
	}
	text_add(out, " }\n");
}

static void print_elements(const struct guard *guard, const char *command, struct text *out)
{
	struct guard_element elements[GUARD_ELEMENTS];
	size_t count = guard_elements(guard, elements);

	for (size_t i = 0; i < count; i++)
		print_element(&elements[i], command, guard, out);
}

void guard_print(const struct guard *from, const struct guard *to, struct text *out)
{
	for (enum guard_family family = 0; family < GUARD_FAMILIES; family++)
		if (guard_is_in(to, family))
			text_add(out, "guard_table %s && ", guard_tables[family].word);
	text_add(out, "nft -f - <<'END'\n");
	if (from->hooked)
		guard_door_print_gone(from, out);
	print_elements(from, "delete", out);
	print_elements(to, "add", out);
	if (to->hooked)
		guard_door_print(to, out);
	text_add(out, "END");
	for (enum guard_family family = 0; family < GUARD_FAMILIES; family++)
		if (guard_is_in(from, family) && !guard_is_in(to, family))
			text_add(out, "\nguard_no_table %s", guard_tables[family].word);
}

void guard_print_functions(struct text *out)
{
	text_add(out, "guard_table() { # FAMILY: makes it, if it is not there\n"
		 "\tnft list table \"$1\" " GUARD_TABLE " >/dev/null 2>&1 || guard_of_\"$1\"\n}\n");
	for (enum guard_family family = 0; family < GUARD_FAMILIES; family++) {
		text_add(out, "guard_of_%s() { nft -f - <<'END'\n", guard_tables[family].word);
		guard_table_print(family, out);
		text_add(out, "END\n}\n");
	}
	text_add(out, "guard_no_table() { # FAMILY: deletes it, if nothing is guarded any more\n"
		 "\tnft list set \"$1\" " GUARD_TABLE " guarded | grep -q elements ||\n"
		 "\t\tnft delete table \"$1\" " GUARD_TABLE "\n}\n");
}
