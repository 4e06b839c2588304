// SPDX-License-Identifier: GPL-2.0-or-later
// What cmocka wants included before it, and TAP.
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define RUN_TESTS(tests)                                  \
	(cmocka_set_message_output(CM_OUTPUT_TAP),        \
	 cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL))

#endif
