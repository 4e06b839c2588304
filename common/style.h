// SPDX-License-Identifier: GPL-2.0-or-later
// How the host's device and the bridge are put together. Plain data, no functions.
#ifndef STYLE_H
#define STYLE_H

enum style {
	STYLE_VETH,	/* netdev is one end of a pair of veths, whose other end is on the bridge */
	STYLE_BRIDGE,	/* netdev is the bridge; the physical device has another name */
	STYLE_PLAIN,	/* the bridge has netdev's addresses; no name changes */
	STYLES
};

#endif
