// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/test.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <string.h>
#include <sys/socket.h>

#include "common/guard_door.h"
#include "common/inet.h"

static struct guard with_addresses(const char *list)
{
	struct inet_prefix ips[REQUEST_IPS];
	struct guard guard = {
		.device = "vif1.0", .present = true, .bridged = true,
		.mac = { 0, 0x16, 0x3e, 0, 1, 0 },
	};
	struct error err = { 0 };
	size_t count;

	assert_int_equal(inet_parse_list(list, ips, REQUEST_IPS, &count, &err), 0);
	for (size_t i = 0; i < count; i++)
		guard_add_address(&guard, &ips[i]);
	return guard;
}

/* Whether there is a chain of that name for a rule to go to. */
static bool has_chain(const struct guard_table *table, const char *name)
{
	for (size_t i = 0; i < table->chain_count; i++)
		if (!strcmp(table->chains[i].name, name))
			return true;
	return false;
}

static bool has_set(enum guard_family family, const char *name)
{
	for (size_t i = 0; i < guard_set_count; i++)
		if (!strcmp(guard_sets[i].name, name) && guard_has_set(family, &guard_sets[i]))
			return true;
	return false;
}

/* Whether what a match looks up is what the set has. */
static bool has_fields(const struct guard_match *match, const struct guard_key_type *type)
{
	size_t i;

	for (i = 0; i < match->count; i++)
		if (match->fields[i].len != type->fields[i])
			return false;
	return i == GUARD_FIELDS || !type->fields[i];
}

static void check_rule(enum guard_family family, const char *text)
{
	struct error err = { 0 };
	struct guard_rule rule;

	if (guard_rule_read(text, &rule, &err))
		fail_msg("%s", err.text);
	if (rule.verdict == NFT_GOTO && !has_chain(&guard_tables[family], rule.chain))
		fail_msg("%s: no such chain", text);
	for (size_t i = 0; i < rule.count; i++) {
		const struct guard_match *match = &rule.matches[i];

		if (!*match->set)
			continue;
		if (!has_set(family, match->set))
			fail_msg("%s: no set %s", text, match->set);
		assert_true(has_fields(match, guard_key_type(guard_set(match->set)->key)));
	}
}

static void all_rules_can_be_read(void **state)
{
	(void)state;
	for (enum guard_family family = 0; family < GUARD_FAMILIES; family++)
		for (size_t i = 0; i < guard_tables[family].chain_count; i++)
			for (const char *const *rule = guard_tables[family].chains[i].rules; *rule;
			     rule++)
				check_rule(family, *rule);
}

/* Of a guarded port nothing passes that no rule accepts. */
static void every_chain_at_the_door_ends_in_a_verdict(void **state)
{
	const struct guard_table *door = &guard_tables[GUARD_DOOR];

	(void)state;
	for (size_t i = 0; i < door->chain_count; i++) {
		const char *const *rule = door->chains[i].rules;
		struct error err = { 0 };
		struct guard_rule last;

		while (rule[1])
			rule++;
		assert_int_equal(guard_rule_read(*rule, &last, &err), 0);
		assert_int_equal(last.count, 0);
		assert_true(last.verdict == NF_DROP || last.verdict == NFT_GOTO);
	}
}

static void a_rule_is_read(void **state)
{
	static const uint8_t mask[] = { 0xff, 0xf8 };
	struct error err = { 0 };
	struct guard_rule rule;
	const struct guard_match *match = rule.matches;

	(void)state;
	assert_int_equal(guard_rule_read("iifname . @nh,528,48 != @macs_raw @nh,336,16 & 0xfff8 >= 7 "
					 "iifname \"vif*\" counter goto there", &rule, &err), 0);
	assert_int_equal(rule.count, 3);
	assert_int_equal(match[0].count, 2);
	assert_int_equal(match[0].fields[0].from, NFT_META_IIFNAME);
	assert_int_equal(match[0].fields[1].offset, 66);
	assert_int_equal(match[0].fields[1].len, 6);
	assert_int_equal(match[0].operator, NFT_CMP_NEQ);
	assert_string_equal(match[0].set, "macs_raw");
	assert_true(match[1].masked);
	assert_memory_equal(match[1].mask, mask, 2);
	assert_int_equal(match[1].operator, NFT_CMP_GTE);
	assert_int_equal(match[1].value[1], 7);
	assert_int_equal(match[2].value_len, 3);
	assert_memory_equal(match[2].value, "vif", 3);
	assert_true(rule.counter);
	assert_string_equal(rule.chain, "there");
}

static void other_rules_are_refused(void **state)
{
	static const char *const cases[] = {
		"", "ip saddr", "ip saddr 10.0.0.1", "ip saddr 10.0.0 drop", "accept drop",
		"tcp dport 22 drop", "udp sport 67x drop", "ether saddr 1:2:3 drop",
		"iifname . drop", "iifname vif drop", "@xh drop", "goto a b",
		"ip6 saddr 10.0.0.1 drop", "iifname . ip saddr 10.0.0.1 drop",
		"iifname . ip saddr . ip daddr . udp sport @guarded drop",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = { 0 };
		struct guard_rule rule;

		assert_int_equal(guard_rule_read(cases[i], &rule, &err), -EINVAL);
	}
}

static void prefixes_do_not_overlap(void **state)
{
	static const struct {
		const char *list, *kept;
	} cases[] = {
		{ "10.0.0.0/8 10.1.0.0/16", " 10.0.0.0/8" },
		{ "10.1.0.0/16 10.2.0.0/16 10.0.0.0/8", " 10.0.0.0/8" },
		{ "10.1.0.0/16 10.1.2.3/16", " 10.1.0.0/16" },
		{ "10.0.0.1 10.0.0.0/8 10.0.0.1", " 10.0.0.1 10.0.0.0/8" },
		{ "2001:db8::/32 2001:db8:1::/48 2001:db9::/32", " 2001:db8::/32 2001:db9::/32" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guard guard = with_addresses(cases[i].list);
		char buf[GUARD_COMMENT], wanted[GUARD_COMMENT] = "00:16:3e:00:01:00 bridged";
		struct text out = TEXT_IN(buf);

		guard_comment(&guard, &out);
		assert_string_equal(buf, strcat(wanted, cases[i].kept));
	}
}

static void a_comment_is_read_back(void **state)
{
	static const char *const cases[] = {
		"00:16:3e:00:01:00 bridged 10.0.0.1 192.168.7.0/28 2001:db8::1",
		"00:16:3e:00:01:00 routed-tap 10.0.0.1",
		"00:16:3e:00:01:00 bridged any",
		"00:16:3e:00:01:00 bridged-tap 10.0.0.1",
		"00:16:3e:00:01:00 trunk 10.0.0.1",
		"00:16:3e:00:01:00 trunk-tap any",
		"00:16:3e:00:01:00 routed many",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guard guard = { .device = "vif1.0" };
		char buf[GUARD_COMMENT];
		struct text out = TEXT_IN(buf);
		struct error err = { 0 };
		bool listed;

		assert_int_equal(guard_read_comment(cases[i], &guard, &listed, &err), 0);
		assert_int_equal(listed, !strstr(cases[i], "many"));
		if (!listed)
			continue;
		guard_comment(&guard, &out);
		assert_string_equal(buf, cases[i]);
	}
}

static void guards_differ(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} cases[] = {
		{ "10.0.0.1 10.1.0.0/16", "10.1.0.0/16 10.0.0.1", true },
		{ "10.0.0.1", "10.0.0.2", false },
		{ "10.0.0.1", "10.0.0.1 10.0.0.2", false },
		{ "10.0.0.1 10.0.0.2", "10.0.0.1", false },
		{ "10.0.0.1", "10.0.0.1/31", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guard a = with_addresses(cases[i].a), b = with_addresses(cases[i].b);

		assert_int_equal(guard_same(&a, &b), cases[i].same);
		b = a;
		b.mac[5]++;
		assert_false(guard_same(&a, &b));
		b = a;
		b.hooked = !b.hooked;
		assert_false(guard_same(&a, &b));
		b = a;
		b.is_trunk = !b.is_trunk;
		assert_false(guard_same(&a, &b));
		b = a;
		b.present = false;
		assert_false(guard_same(&a, &b));
	}
}

static void what_does_not_fit_a_comment_is_many(void **state)
{
	struct guard guard = with_addresses("2001:db8:1111:2222:3333:4444:5555:6661 "
					    "2001:db8:1111:2222:3333:4444:5555:6662 "
					    "2001:db8:1111:2222:3333:4444:5555:6663");
	char buf[GUARD_COMMENT];
	struct text out = TEXT_IN(buf);

	(void)state;
	guard_comment(&guard, &out);
	assert_string_equal(buf, "00:16:3e:00:01:00 bridged many");
}

static void other_comments_are_refused(void **state)
{
	static const char *const cases[] = {
		"", "hello", "00:16:3e:00:01:00", "00:16:3e:00:01 bridged",
		"00:16:3e:00:01:00 flying", "00:16:3e:00:01:00 bridged 10.0.0", "x bridged any",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct guard guard = { .device = "vif1.0" };
		struct error err = { 0 };
		bool listed;

		assert_int_equal(guard_read_comment(cases[i], &guard, &listed, &err), -EINVAL);
	}
}

static void the_longest_list_fits(void **state)
{
	static struct guard_element elements[GUARD_ELEMENTS + 1];
	struct guard guard = { .present = true, .bridged = true, .device = "vif1.0" };

	(void)state;
	for (size_t i = 0; i < GUARD_IPS; i++)
		guard.ips[guard.ip_count++] = (struct inet_prefix){
			.family = AF_INET6, .len = 128, .addr = { 0x20, (uint8_t)i },
		};
	assert_true(guard_elements(&guard, elements) <= GUARD_ELEMENTS);
}

static void chains_have_names_that_nft_reads(void **state)
{
	static const struct {
		const char *device, *chain;
	} cases[] = {
		{ "vif1.0", "at_vif1.0" }, { "vif1.0-emu", "at_vif1.0_2demu" },
		{ "web_1", "at_web_5f1" }, { "a;b", "at_a_3bb" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char chain[GUARD_CHAIN_NAME];

		guard_door_name(cases[i].device, chain);
		assert_string_equal(chain, cases[i].chain);
	}
}

static size_t check_door(const struct guard *guard)
{
	char rules[GUARD_DOOR_RULES][GUARD_RULE_TEXT];
	size_t count = guard_door_rules(guard, rules);

	for (size_t i = 0; i < count; i++)
		check_rule(GUARD_DOOR, rules[i]);
	assert_string_equal(rules[count - 1], "goto guard");
	return count;
}

/* The longest address there is must not be cut: it would be another one. */
static void few_addresses_have_rules_at_the_door(void **state)
{
	const char *long_one = "1234:5678:9abc:def1:2345:6789:abcd:ef12";
	char rules[GUARD_DOOR_RULES][GUARD_RULE_TEXT];
	struct guard guard = with_addresses(long_one);

	(void)state;
	guard_door_rules(&guard, rules);
	assert_non_null(strstr(rules[1], long_one));
	assert_non_null(strstr(rules[1], "udp length >= 8 accept"));
	assert_int_equal(check_door(&guard), 3);
	guard = with_addresses("10.0.0.1 10.1.0.0/16 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5");
	assert_int_equal(check_door(&guard), GUARD_DOOR_RULES);
	guard = with_addresses("10.1.0.0/16");
	assert_int_equal(check_door(&guard), 1);
	guard.is_free = true;
	assert_int_equal(check_door(&guard), 5);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_rules_can_be_read),
		cmocka_unit_test(every_chain_at_the_door_ends_in_a_verdict),
		cmocka_unit_test(a_rule_is_read),
		cmocka_unit_test(other_rules_are_refused),
		cmocka_unit_test(prefixes_do_not_overlap),
		cmocka_unit_test(a_comment_is_read_back),
		cmocka_unit_test(guards_differ),
		cmocka_unit_test(what_does_not_fit_a_comment_is_many),
		cmocka_unit_test(other_comments_are_refused),
		cmocka_unit_test(the_longest_list_fits),
		cmocka_unit_test(few_addresses_have_rules_at_the_door),
		cmocka_unit_test(chains_have_names_that_nft_reads),
	};

	return RUN_TESTS(tests);
}
