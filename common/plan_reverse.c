// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan.h"

/* Both of one type. */
#define SWAP(a, b)                           \
	do {                                 \
		__typeof__(a) kept_ = (a);   \
		(a) = (b);                   \
		(b) = kept_;                 \
	} while (0)

static enum command opposite(enum command command)
{
	switch (command) {
	case COMMAND_ONLINE:
		return COMMAND_OFFLINE;
	case COMMAND_OFFLINE:
		return COMMAND_ONLINE;
	case COMMAND_ADD:
		return COMMAND_REMOVE;
	case COMMAND_REMOVE:
		return COMMAND_ADD;
	case COMMAND_NONE:
	case COMMAND_START:
	case COMMAND_STOP:
	case COMMAND_STATUS:
	case COMMAND_RESTART:
	case COMMAND_RECOVER:
		break;
	}
	return COMMAND_NONE;
}

static void reverse_sysctl(struct sysctl_change *sysctl)
{
	SWAP(sysctl->from, sysctl->to);
	/* What it was is not known: it stays. */
	if (sysctl->to < 0)
		sysctl->to = sysctl->from;
}

static void reverse_uplink(struct uplink_change *uplink)
{
	SWAP(uplink->from, uplink->to);
	SWAP(uplink->before, uplink->after);
}

static void reverse_dhcp(struct dhcp_change *dhcp)
{
	SWAP(dhcp->from, dhcp->to);
	SWAP(dhcp->from_listed, dhcp->to_listed);
}

/* As long as there are kinds of steps. NOLINTNEXTLINE(readability-function-size) */
struct step step_reverse(const struct step *step)
{
	struct step reverse = *step;

	switch (step->kind) {
	case STEP_VLAN_FILTERING:
	case STEP_CARRIER:
	case STEP_CONNTRACK:
		break;
	case STEP_LINK:
	case STEP_PORT:
		SWAP(reverse.link.from, reverse.link.to);
		break;
	case STEP_NEW_LINK:
		reverse.new_link.add = !step->new_link.add;
		break;
	case STEP_CONFIRM:
		reverse.confirm.count = 0;
		break;
	case STEP_ENTRIES:
		reverse.entries.verb = step->entries.verb == ENTRY_DELETE ? ENTRY_ADD :
				       ENTRY_DELETE;
		break;
	case STEP_POLICY:
		SWAP(reverse.policy.from, reverse.policy.to);
		break;
	case STEP_VLANS:
		SWAP(reverse.vlans.from, reverse.vlans.to);
		break;
	case STEP_UPLINK:
		reverse_uplink(&reverse.uplink);
		break;
	case STEP_ADDRESS:
		reverse.address.add = !step->address.add;
		break;
	case STEP_RULES:
		reverse.rules.restore = !step->rules.restore;
		break;
	case STEP_GUARD:
		SWAP(reverse.guard.from, reverse.guard.to);
		break;
	case STEP_ROUTE:
		reverse.route.add = !step->route.add;
		break;
	case STEP_NEIGHBOUR:
		reverse.neighbour.add = !step->neighbour.add;
		break;
	case STEP_IFUP:
		reverse.ifup.up = !step->ifup.up;
		break;
	case STEP_SYSCTL:
		reverse_sysctl(&reverse.sysctl);
		break;
	case STEP_FILE:
		SWAP(reverse.file.from, reverse.file.to);
		break;
	case STEP_STORE:
		SWAP(reverse.store.from, reverse.store.to);
		break;
	case STEP_HOOK:
		reverse.hook.command = opposite(step->hook.command);
		break;
	case STEP_DHCP:
		reverse_dhcp(&reverse.dhcp);
		break;
	case STEP_SUBNET:
		SWAP(reverse.subnet.from, reverse.subnet.to);
		break;
	case STEP_DNSMASQ:
		reverse.dnsmasq.run = !step->dnsmasq.run;
		break;
	}
	return reverse;
}
