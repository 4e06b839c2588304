#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2317  # the checks are called by their names

# Static checks, all of them even if one fails: tests/lint/lint.sh [CHECK...]
# Prints "ok CHECK", or what is wrong and "not ok CHECK"; the exit status is 1 then.

set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
jobs=$(nproc)

# What is in git or could be added.
files() {
	git ls-files -co --exclude-standard -- "$@" | while IFS= read -r file; do
		[ -f "$file" ] && printf '%s\n' "$file"
	done
}

is_script() {
	local first
	IFS= read -r first <"$1" 2>/dev/null && [[ $first == '#!'*sh ]]
}

shell_scripts() {
	files '*.sh' '*.bats'
	files | grep -v '\.sh$\|\.bats$' | while IFS= read -r file; do
		! is_script "$file" || printf '%s\n' "$file"
	done
}

# The flags the programs are built with. -MMD would leave files about.
# shellcheck disable=SC2016  # make expands them
read -ra flags < <(make -s --no-print-directory CFLAGS=-O2 \
	--eval 'print-flags: ; @echo $(filter-out -MMD -MP -DVERSION%,$(FLAGS)) $(LIBRARY_FLAGS)' \
	print-flags)
flags+=(-DVERSION='"lint"' -I.)
program_sources=$(files 'common/*.c' ':(glob)*.c')
fuzzers=$(files 'tests/fuzz/*.c' 'tests/unit/*.c')
other_sources=$(files '*.c' | grep -vxF "$program_sources" | grep -vxF "$fuzzers")

# each COMMAND...: run it for every file named on stdin, as {}, some at once.
each() {
	grep . | xargs -r -d '\n' -P "$jobs" -I {} "$@"
}

check_gcc() {
	each gcc "${flags[@]}" -O2 -Werror -fanalyzer -c -o /dev/null {} <<<"$program_sources"
}

check_clang() {
	each clang "${flags[@]}" -O2 -Werror -c -o /dev/null {} <<<"$program_sources"
}

# The tests' C includes other C and cmocka, which the analyzers know nothing about.
check_tests() {
	local rc=0
	each gcc "${flags[@]}" -O1 -Werror -Wno-missing-prototypes -c -o /dev/null {} \
		<<<"$fuzzers" || rc=1
	# These are built on their own and say themselves what they need.
	each gcc "${flags[@]}" -U_GNU_SOURCE -O1 -Werror -c -o /dev/null {} \
		<<<"$other_sources" || rc=1
	return "$rc"
}

check_tidy() {
	# It says on stderr how many warnings it left out; a failure shows on stdout.
	each clang-tidy -quiet --extra-arg=-Wno-unknown-warning-option {} -- "${flags[@]}" \
		2>"$tmp/tidy" <<<"$program_sources"
}

check_cppcheck() {
	xargs -d '\n' cppcheck -q --std=c11 --enable=warning,performance,portability \
		--inline-suppr --suppress=missingInclude --error-exitcode=1 -D_GNU_SOURCE \
		<<<"$program_sources"
}

check_shellcheck() {
	local rc=0
	shell_scripts | grep -v '\.bats$' | xargs -r -d '\n' shellcheck -x || rc=1
	# The tests know that their own words have no spaces (2086), write scripts for
	# other shells (2016), get a helper's variables from another file (2153, 2154), and call
	# functions by their names (2317).
	files '*.bats' | xargs -r -d '\n' shellcheck -x -e SC2016,SC2086,SC2153,SC2154,SC2317 || rc=1
	return "$rc"
}

check_mandoc() {
	files 'man/*.8' | each mandoc -Tlint -W warning {}
}

check_codespell() {
	files | grep -v '^tests/fuzz/corpus/' |
		xargs -d '\n' codespell -L "$(grep -v '^#' tests/lint/words.txt | paste -sd,)"
}

# On its own, a header's inline function has nobody who calls it.
check_headers() {
	local header compiler rc=0
	while IFS= read -r header; do
		for compiler in gcc clang; do
			"$compiler" "${flags[@]}" -Werror -Wno-unused-function -fsyntax-only -x c \
				"$header" || rc=1
		done
	done < <(files 'common/*.h')
	return "$rc"
}

check_floors() {
	tests/lint/floors.sh
}

# Which files cannot carry a comment, or are prose or another's text.
check_spdx() {
	local file rc=0
	while IFS= read -r file; do
		if ! sed -n '/^#!\|^# shellcheck /n;p;q' "$file" | grep -q 'SPDX-License-Identifier: '; then
			echo "$file: no SPDX-License-Identifier in its first line"
			rc=1
		fi
	done < <(files | grep -v '^LICENSE$\|\.md$\|^tests/fuzz/corpus/\|\.svg$\|\.png$')
	return "$rc"
}

check_space() {
	! files | grep -v '^tests/fuzz/corpus/' | xargs -d '\n' grep -nIE '[[:blank:]]+$'
}

check_length() {
	local file lines rc=0
	while IFS= read -r file; do
		lines=$(wc -l <"$file")
		if [ "$lines" -gt 500 ]; then
			echo "$file: $lines lines, more than 500"
			rc=1
		fi
	done < <(files '*.c' '*.h')
	return "$rc"
}

all=(space spdx length floors headers gcc clang tests tidy cppcheck shellcheck mandoc codespell)
[ $# -gt 0 ] || set -- "${all[@]}"
rc=0
for check; do
	if "check_$check" >"$tmp/out" 2>&1; then
		echo "ok $check"
	else
		cat "$tmp/out"
		echo "not ok $check"
		rc=1
	fi
done
exit "$rc"
