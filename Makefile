# SPDX-License-Identifier: GPL-2.0-or-later
# `make help` lists the targets.

MAKEFLAGS += --no-print-directory
VERSION := 0.1.0
PROGRAMS := vif-bridge vif-route vif-nat network-route network-nat network-bridge
# Those with a manual.
INSTALLED := $(patsubst man/%.8,%,$(wildcard man/*.8))

# Yours to set. What the code itself needs stands in FLAGS, so that these can hold anything.
CC ?= gcc
CFLAGS ?= -O2 -g
LDFLAGS ?=
STATIC ?= 1
SANITIZE ?=
BUILD ?= build
DESTDIR ?=
PREFIX ?= /usr
SCRIPTDIR ?= /etc/xen/scripts
MANDIR ?= $(PREFIX)/share/man
# What starts the host's services: systemd, sysv, openrc.
INIT ?= systemd sysv
UNITDIR ?= $(PREFIX)/lib/systemd/system
INITDIR ?= /etc/init.d

PKG_CONFIG ?= pkg-config
LIBRARIES := libnl-3.0 xenstore
IPTABLES := libip4tc libip6tc

WARNINGS := -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wpointer-arith -Wconversion -Wno-sign-conversion
HARDENING := -ffunction-sections -fdata-sections -fPIE -fstack-protector-strong \
	-fstack-clash-protection
# Without optimisation glibc warns that it cannot fortify.
ifneq ($(filter -O1 -O2 -O3 -Os,$(CFLAGS)),)
HARDENING += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
FLAGS := -std=gnu11 -D_GNU_SOURCE -DVERSION='"$(VERSION)"' $(WARNINGS) -MMD -MP \
	$(HARDENING)
LINK := -Wl,--gc-sections -Wl,-z,relro,-z,now -Wl,-z,pack-relative-relocs

ifneq ($(SANITIZE),)
override STATIC := 0
FLAGS += -fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer
LINK += -fsanitize=$(SANITIZE)
endif

# libnl-3.a refers to the resolver, in functions that nothing here calls; its 200 KB of name
# services stay out, and with them the warning that a static program cannot load them.
RESOLVER := getaddrinfo getnameinfo getprotobyname getprotobynumber
# No package has libip4tc and libip6tc for a static link.
ifeq ($(STATIC),1)
LIBIPTC := $(BUILD)/libiptc/libiptc.a
endif

# Only when needed: `make deps` and `make help` must work before pkg-config is there.
LIBRARY_FLAGS = $(shell $(PKG_CONFIG) --cflags $(LIBRARIES) $(IPTABLES))
STATIC_LINKS = -static-pie $(RESOLVER:%=-Wl,--defsym=%=abort) $(LIBIPTC) \
	$(shell $(PKG_CONFIG) --static --libs $(LIBRARIES))
SHARED_LINKS = -pie $(shell $(PKG_CONFIG) --libs $(LIBRARIES) $(IPTABLES))
# Known only then: the archive is empty where its source was not to be had.
LIBRARY_LINKS = $(if $(shell test -s "$(LIBIPTC)" && echo 1),$(STATIC_LINKS),$(SHARED_LINKS))

COMMON := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard common/*.c))
OBJECTS := $(COMMON) $(PROGRAMS:%=$(BUILD)/obj/%.o)
BUILT := $(PROGRAMS:%=$(BUILD)/%)

# V=1 shows the commands.
Q := $(if $(V),,@)

all: $(BUILT) ## build the programs

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC    $@"
	$(Q)$(CC) $(FLAGS) $(LIBRARY_FLAGS) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/libiptc/libiptc.a:
	@echo "  FETCH $@"
	$(Q)CC="$(CC)" CFLAGS="$(HARDENING) $(CPPFLAGS) $(CFLAGS)" tests/fetch-libiptc.sh $(@D)

# The one with symbols stays beside the objects, for gdb.
$(BUILD)/obj/%.full: $(BUILD)/obj/%.o $(COMMON) $(LIBIPTC)
	@echo "  LINK  $@"
	$(Q)$(CC) $(CFLAGS) -o $@ $(filter %.o,$^) $(LINK) $(LDFLAGS) $(LIBRARY_LINKS)

$(BUILT): $(BUILD)/%: $(BUILD)/obj/%.full
	$(Q)strip -o $@ $<
	@printf '  SIZE  %s: %s bytes\n' $@ "$$(stat -c %s $@)"

.SECONDARY:
-include $(OBJECTS:.o=.d)

install: all $(INIT:%=install-%) ## install into DESTDIR, the programs into SCRIPTDIR
	install -d $(DESTDIR)$(SCRIPTDIR) $(DESTDIR)$(SCRIPTDIR)/vif-post.d $(DESTDIR)$(MANDIR)/man8
	install -m 755 $(INSTALLED:%=$(BUILD)/%) $(DESTDIR)$(SCRIPTDIR)
	ln -sf vif-route $(DESTDIR)$(SCRIPTDIR)/vif-route-ifup
	install -m 644 $(INSTALLED:%=man/%.8) $(DESTDIR)$(MANDIR)/man8
	ln -sf vif-route.8 $(DESTDIR)$(MANDIR)/man8/vif-route-ifup.8

# To be enabled by who wants it.
install-systemd: SERVICE = $(UNITDIR)/xen-network-bridge.service
install-sysv install-openrc: SERVICE = $(INITDIR)/xen-network-bridge
install-systemd: boot/xen-network-bridge.service
install-sysv: boot/xen-network-bridge.sysv
install-openrc: boot/xen-network-bridge.openrc
install-systemd install-sysv install-openrc:
	install -d $(DESTDIR)$(dir $(SERVICE))
	sed 's,@SCRIPTDIR@,$(SCRIPTDIR),' $< >$(DESTDIR)$(SERVICE)
	chmod $(if $(filter %.service,$<),644,755) $(DESTDIR)$(SERVICE)

deps: ## install with apt-get what building, testing and linting needs
	tests/deps.sh all

demo: ## show the main job in a throw-away dom0
	tests/deps.sh demo
	$(MAKE) all
	tests/lab/fetch-xenstored.sh
	tests/demo.sh

check: ## all tests but those of check-xen
	tests/deps.sh test
	$(MAKE) all
	rm -rf $(BUILD)/tap
	tests/all.sh $(MAKE) check-unit check-netns check-asan

check-unit: lab ## the pure parts, and the fuzzers' corpus
	$(MAKE) -s -f tests/unit/Makefile
	tests/prove.sh unit build/unit/*-test tests/unit/*.bats

check-netns: all lab ## the programs in throw-away dom0s
	tests/prove.sh netns tests/netns/*.bats

check-asan: lab ## unit and netns tests with address and undefined-behaviour sanitizers
	$(MAKE) BUILD=build/asan SANITIZE=address,undefined all
	$(MAKE) -s -f tests/unit/Makefile BUILD=build/asan SANITIZE=address,undefined
	tests/prove.sh asan build/asan/unit/*-test
	AGAIN=1 BUILD=build/asan tests/prove.sh asan tests/netns/*.bats

check-vlan: all lab ## VLANs, bonds and teams, on a kernel without them in User-Mode Linux: slow
	UML=yes tests/prove.sh vlan $$(grep -l '^# bats file_tags=vlan$$' tests/netns/*.bats)

check-xen: all ## a real Xen with real guests, in QEMU; PARTS="plain hvm" only some
	JOBS=1 PROVE_FLAGS=-v tests/prove.sh xen tests/xen/check-xen.sh

lab:
	tests/lab/fetch-xenstored.sh

lint: ## static analysis, headers, floors, manuals, shell scripts
	tests/deps.sh lint
	tests/lint/lint.sh

fuzz: ## 30 seconds for each fuzzer
	tests/deps.sh test
	$(MAKE) -s -f tests/unit/Makefile fuzz

bench: all ## time the programs beside the scripts
	tests/deps.sh bench
	tests/lab/fetch-xenstored.sh
	bench/bench.sh

dist: ## a source archive of HEAD
	@mkdir -p $(BUILD)
	git archive --prefix=xen-hotplug-$(VERSION)/ -o $(BUILD)/xen-hotplug-$(VERSION).tar.gz HEAD

clean: ## remove everything built
	rm -rf $(BUILD)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

.PHONY: all install install-systemd install-sysv install-openrc deps demo check check-unit \
	check-netns check-asan check-vlan check-xen lab lint fuzz bench dist clean help
