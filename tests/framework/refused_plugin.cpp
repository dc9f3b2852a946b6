// SPDX-License-Identifier: BSD-3-Clause
// A plugin that must not compile: one of its functions could never be called. Compiled by ctest once per case, never linked.
#include <sluice/sdk/plugin.hpp>

using namespace sluice::sdk;

class Refused : public Map {
#if defined(private_probe)
    static void probe(const Probe&) {}
#elif defined(private_run)
    void run(const Item&) const {}
#endif
public:
    explicit Refused(const Setup&) {}
#if defined(member_probe)
    void probe(const Probe&) {}
#elif defined(changing_run)
    void run(const Item&) {}
#endif
};

SLUICE_PLUGIN(Refused)
