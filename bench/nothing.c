// SPDX-License-Identifier: GPL-2.0-or-later
/* nothing.c - what any static program costs before its first line */

int main(void)
{
	return 0;
}
