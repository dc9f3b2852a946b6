// SPDX-License-Identifier: BSD-3-Clause
// From the word after the program's name to the verb.
#include "verbs.hpp"

#include <fmt/format.h>

#include <sluice/host/error.hpp>

#include "format.hpp"

namespace sluice::cli {
namespace {

void print_help(std::string_view prefix, std::span<const Verb> verbs) {
    fmt::print("Usage: {} VERB [...]\n\n", prefix);
    for (const Verb& verb : verbs) fmt::print("  {:<12} {}\n", verb.name, verb.summary);
    fmt::print("\n'{} VERB --help' tells more.\n", prefix);
}

}  // namespace

int dispatch(std::string_view prefix, std::span<const Verb> verbs, const Arguments& arguments) {
    if (arguments.empty()) throw Error(ErrorKind::recipe, fmt::format("what shall be done? '{} --help' lists the verbs", prefix));
    const std::string& word = arguments.front();
    if (word == "--help" || word == "-h") {
        print_help(prefix, verbs);
        return 0;
    }
    std::vector<std::string> names;
    for (const Verb& verb : verbs) {
        if (verb.name == word) return verb.run({arguments.begin() + 1, arguments.end()});
        names.emplace_back(verb.name);
    }
    throw Error(ErrorKind::recipe, fmt::format("'{} {}': there is no such verb{}; '{} --help' lists them", prefix, word,
                                               near_hint(word, names), prefix));
}

}  // namespace sluice::cli
