// SPDX-License-Identifier: BSD-3-Clause
// Options by Boost.Program_options, with sentences of our own for what is wrong.
#include "options.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <sstream>
#include <thread>
#include <utility>

#include <boost/program_options.hpp>
#include <fmt/format.h>

#include <sluice/host/error.hpp>

#include "format.hpp"

namespace sluice::cli {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

[[noreturn]] void refuse(const Command& command, const std::string& why) {
    throw Error(ErrorKind::recipe, fmt::format("{}; '{} --help' tells what there is", why, command.name));
}

po::options_description describe(const Command& command) {
    po::options_description options("Options");
    auto add = options.add_options();
    const auto has = [&](OptionGroup group) { return (command.groups & group) != 0; };
    if (has(recipe_options)) {
        add("parameter,p", po::value<Texts>()->value_name("NAME=VALUE"), "a parameter of the recipe; repeatable");
        add("set", po::value<Texts>()->value_name("STEP.PARAMETER=VALUE"),
            "overrides a parameter of a step; repeatable. VALUE is JSON where it reads as such ([2, 14], true, null), else text: "
            "no quotes are needed");
    }
    if (has(run_options)) {
        add("output,o", po::value<std::string>()->value_name("FILE"), "where the result is kept; default: the recipe's name with .h5, in this folder");
        add("quiet", "no progress and no summary: only warnings and errors");
        add("full-sha256", "take the SHA-256 of whole inputs, also above 1 GiB");
    }
    if (has(export_options)) {
        add("format", po::value<std::string>()->value_name("SINK"), "which plugin writes the file: columns, nxcansas, …; required");
        add("array", po::value<Texts>()->value_name("STEP.PORT"), "an array of the result; repeatable; default: what a viewer shows first");
        add("at", po::value<Texts>()->value_name("DIM=VALUE"), "one element along a dimension: temperature=310, 'temperature=310 K', or by index, frame=[3]; repeatable");
        add("with", po::value<Texts>()->value_name("NAME=VALUE"), "a parameter of that plugin; repeatable");
        add("output,o", po::value<std::string>()->value_name("FILE"), "the file to write; required");
        add("quiet", "no progress and no summary: only warnings and errors");
    }
    if (has(verify_options)) add("verify", "compare with the kept result bit by bit; exit code 6 when it differs");
    if (has(resource_options)) {
        add("threads", po::value<std::string>()->value_name("N"), "default: as many as the machine has");
        add("memory", po::value<std::string>()->value_name("SIZE"), "what the run may use: 4GiB, 500MB; default: half of the machine's");
    }
    if (has(plugin_options))
        add("plugins", po::value<Texts>()->value_name("FOLDER"), "look there first for plugins; repeatable");
    if (has(format_options))
        add("format", po::value<std::string>()->value_name(fmt::format("{}", fmt::join(command.formats, "|"))), "default: text");
    add("help,h", "this text");
    return options;
}

void print_help(const Command& command, const po::options_description& options) {
    std::ostringstream text;
    text << options;
    fmt::print("Usage: {}{}{} [options]\n\n{}\n\n{}", command.name, command.argument.empty() ? "" : " ", command.argument,
               command.summary, text.str());
}

std::vector<std::string> option_names(const po::options_description& options) {
    std::vector<std::string> names;
    for (const auto& each : options.options()) names.push_back("--" + each->long_name());
    return names;
}

/// Words and options; the hidden option "argument" takes what is no option.
po::variables_map read(const Command& command, const Arguments& arguments, const po::options_description& visible) {
    po::options_description all;
    all.add(visible).add_options()("argument", po::value<Texts>());
    po::positional_options_description positional;
    positional.add("argument", -1);
    po::variables_map values;
    try {
        const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
        po::store(po::command_line_parser(arguments).options(all).positional(positional).style(style).run(), values);
    } catch (const po::unknown_option& error) {
        refuse(command, fmt::format("'{}' has no option '{}'{}", command.name, error.get_option_name(),
                                    near_hint(error.get_option_name(), option_names(visible))));
    } catch (const po::error& error) {
        refuse(command, fmt::format("'{}': {}", command.name, error.what()));
    }
    return values;
}

std::string read_argument(const Command& command, const po::variables_map& values) {
    const Texts words = values.count("argument") ? values["argument"].as<Texts>() : Texts();
    if (command.argument.empty()) {
        if (!words.empty()) refuse(command, fmt::format("'{}' takes no '{}'", command.name, words.front()));
        return {};
    }
    if (words.empty()) refuse(command, fmt::format("'{}' needs {}", command.name, command.argument));
    if (words.size() > 1)
        refuse(command, fmt::format("'{}' takes one {}, got '{}' too", command.name, command.argument, words[1]));
    return words.front();
}

/// Splits "name=value".
std::pair<std::string, std::string> read_assignment(const Command& command, std::string_view option, const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        refuse(command, fmt::format("{} {}: needs a name, '=' and a value", option, text));
    return {text.substr(0, equals), text.substr(equals + 1)};
}

RecipeOptions read_recipe_options(const Command& command, const po::variables_map& values) {
    RecipeOptions options;
    if (values.count("parameter"))
        for (const auto& text : values["parameter"].as<Texts>()) {
            const auto [name, value] = read_assignment(command, "-p", text);
            if (!options.parameters.emplace(name, value).second) refuse(command, fmt::format("-p {}: given twice", name));
        }
    if (values.count("set"))
        for (const auto& text : values["set"].as<Texts>())
            options.overrides.push_back(read_assignment(command, "--set", text));
    return options;
}

void read_export_options(const Command& command, const po::variables_map& values, Options& options) {
    for (const char* needed : {"format", "output"})
        if (!values.count(needed)) refuse(command, fmt::format("'{}' needs --{}", command.name, needed));
    options.format = values["format"].as<std::string>();
    if (values.count("array")) options.arrays = values["array"].as<Texts>();
    if (values.count("at"))
        for (const auto& text : values["at"].as<Texts>()) options.selections.push_back(read_assignment(command, "--at", text));
    if (values.count("with"))
        for (const auto& text : values["with"].as<Texts>())
            options.sink_parameters.push_back(read_assignment(command, "--with", text));
}

std::vector<std::filesystem::path> read_plugin_folders(const Command& command, const po::variables_map& values) {
    std::vector<std::filesystem::path> folders;
    if (values.count("plugins"))
        for (const auto& folder : values["plugins"].as<Texts>()) {
            if (!std::filesystem::is_directory(folder)) refuse(command, fmt::format("--plugins {}: there is no such folder", folder));
            folders.emplace_back(folder);
        }
    for (auto& folder : Plugins::default_folders()) folders.push_back(std::move(folder));
    return folders;
}

int read_threads(const Command& command, const std::string& text) {
    constexpr int most = 4096;
    char* end = nullptr;
    const long threads = std::strtol(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || threads < 1 || threads > most)
        refuse(command, fmt::format("--threads {}: must be a whole number from 1 to {}", text, most));
    return static_cast<int>(threads);
}

std::string read_format(const Command& command, const std::string& text) {
    for (const auto& known : command.formats)
        if (text == known) return text;
    refuse(command, fmt::format("--format {}: must be {}", text, fmt::join(command.formats, " or ")));
}

}  // namespace

std::optional<Options> parse_options(const Command& command, const Arguments& arguments) {
    const po::options_description visible = describe(command);
    const po::variables_map values = read(command, arguments, visible);
    if (values.count("help")) {
        print_help(command, visible);
        return std::nullopt;
    }
    const auto text = [&](const char* name) { return values[name].as<std::string>(); };
    Options options;
    options.argument = read_argument(command, values);
    options.recipe = read_recipe_options(command, values);
    options.plugin_folders = read_plugin_folders(command, values);
    if (command.groups & export_options) read_export_options(command, values, options);
    else if (values.count("format")) options.format = read_format(command, text("format"));
    if (values.count("threads")) options.threads = read_threads(command, text("threads"));
    if (values.count("memory")) options.memory_bytes = parse_bytes(text("memory"));
    if (values.count("output")) options.output = text("output");
    options.quiet = values.count("quiet") > 0;
    options.full_sha256 = values.count("full-sha256") > 0;
    options.verify = values.count("verify") > 0;
    return options;
}

Index parse_bytes(std::string_view text) {
    static constexpr std::pair<std::string_view, double> units[] = {
        {"", 1}, {"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
        {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0}};
    const std::string copy(text);
    char* end = nullptr;
    const double number = std::strtod(copy.c_str(), &end);
    std::string_view unit(end);
    if (unit.starts_with(' ')) unit.remove_prefix(1);
    for (const auto& [name, factor] : units)
        if (end != copy.c_str() && unit == name && number > 0 && number * factor >= 1 &&
            number * factor < static_cast<double>(std::numeric_limits<Index>::max()))
            return static_cast<Index>(std::llround(number * factor));
    throw Error(ErrorKind::recipe,
                fmt::format("--memory {}: must be a size like 4GiB or 500MB (B, kB, MB, GB, TB, KiB, MiB, GiB, TiB)", text));
}

Recipe usable_recipe(Checked checked, std::string_view what) {
    for (const Finding& finding : checked.findings)
        if (finding.severity != Severity::note) fmt::print(stderr, "{}\n", to_text(finding));
    if (!checked.recipe) throw Error(ErrorKind::recipe, fmt::format("{} cannot be used", what));
    return *std::move(checked.recipe);
}

}  // namespace sluice::cli
