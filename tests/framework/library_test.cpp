// SPDX-License-Identifier: BSD-3-Clause
// The loader: declarations read from any file without harm, and every defect of a library refused with its reason.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include <sluice/host/error.hpp>
#include <sluice/host/plugins.hpp>

#include "support/run_program.hpp"
#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using sluice::test::TemporaryFolder;
using sluice::test::quoted;
using sluice::test::read_whole;

std::filesystem::path trial(const std::string& name) {
    return sluice::test::binary_folder() / "tests/trial_plugins" / ("trial_" + name + ".so");
}

std::shared_ptr<const Library> open(const std::string& name) {
    return Library::open(trial(name), parse_manifest(embedded_manifest(trial(name)), name));
}

/// The message of the Error(plugin) that f throws; "" when it throws nothing.
template <class F>
std::string refusal(const F& f) {
    try {
        f();
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::plugin);
        return error.what();
    }
    return "";
}

/// What open() says behind "plugin 'trial_x' (/path/trial_x.so): ".
std::string refusal_to_open(const std::string& name) {
    const std::string before = "plugin 'trial_" + name + "' (" + trial(name).string() + "): ";
    const std::string text = refusal([&] { open(name); });
    CAPTURE(text);
    REQUIRE(text.starts_with(before));
    return text.substr(before.size());
}

bool is_mapped(const std::string& name) { return read_whole("/proc/self/maps").find(name) != std::string::npos; }

}  // namespace

TEST_CASE("the declaration is read without opening the library") {
    const std::string text = embedded_manifest(trial("undefined"));
    CHECK(text.starts_with(R"({"id": "trial_undefined")"));
    CHECK(text.ends_with("}"));
    CHECK_FALSE(is_mapped("trial_undefined.so"));
}

TEST_CASE("the declaration survives strip") {
    const TemporaryFolder folder;
    const auto stripped = folder.path() / "stripped.so";
    if (std::system(("strip -o " + stripped.string() + " " + trial("good").string() + " 2>/dev/null").c_str()) != 0) {
        MESSAGE("skipped: no program strip");
        return;
    }
    CHECK(embedded_manifest(stripped) == embedded_manifest(trial("good")));
    CHECK(Library::open(stripped, parse_manifest(embedded_manifest(stripped), "stripped"))->manifest().id == "trial_good");
}

TEST_CASE("files that are no plugins are refused with the reason") {
    const TemporaryFolder folder;
    const auto reason = [](const std::filesystem::path& file) { return refusal([&] { embedded_manifest(file); }); };
    const auto text = folder.write("text.so", std::string(200, 'x'));
    const auto empty = folder.write("empty.so", "");
    const auto missing = folder.path() / "missing.so";
    CHECK(reason(text) == quoted(text) + " is no shared library (not an ELF file)");
    CHECK(reason(empty) == quoted(empty) + " is no shared library (too short for an ELF file)");
    CHECK(reason(missing) == quoted(missing) + " cannot be read: No such file or directory");
    CHECK(reason(folder.path()) == quoted(folder.path()) + " cannot be read: Is a directory");
    CHECK(reason("/proc/self/exe") ==
          "'/proc/self/exe' is no sluice plugin: it has no section .sluice.manifest (build plugins with sluice_add_plugin)");
}

TEST_CASE("a pipe is refused at once instead of waited for") {
    const TemporaryFolder folder;
    const auto pipe = folder.path() / "pipe.so";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(refusal([&] { embedded_manifest(pipe); }).starts_with(quoted(pipe) + " cannot be read: "));
}

TEST_CASE("a library cut anywhere is refused: the section headers stand at its end") {
    const TemporaryFolder folder;
    const std::string whole = read_whole(trial("good"));
    for (std::size_t size = 0; size < whole.size(); size += 97) {
        const auto file = folder.write("cut.so", whole.substr(0, size));
        CAPTURE(size);
        CHECK(refusal([&] { embedded_manifest(file); }) != "");
    }
}

TEST_CASE("random damage to a library's headers ends in a text or a refusal") {
    const TemporaryFolder folder;
    const std::string whole = read_whole(trial("good"));
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 2000; ++round) {
        std::string damaged = whole;
        const std::size_t span = round % 2 ? 64 : std::min<std::size_t>(whole.size(), 2048);  // ELF header; section headers
        const std::size_t begin = round % 2 ? 0 : whole.size() - span;
        for (int i = 0; i < 3; ++i) damaged[begin + random() % span] = static_cast<char>(random());
        const auto file = folder.write("damaged.so", damaged);
        CHECK_NOTHROW(refusal([&] { embedded_manifest(file); }));
    }
}

TEST_CASE("a good plugin is opened, and stays in memory after its last user") {
    {
        const auto library = open("good");
        CHECK(library->file() == trial("good"));
        CHECK(library->table().kind == SLUICE_MAP);
        CHECK(library->manifest().version == "1.2.3");
    }
    CHECK(is_mapped("trial_good.so"));
}

TEST_CASE("a wrong ABI is refused with both numbers") {
    CHECK(refusal_to_open("major") == "was built for plugin ABI 7.0, this sluice has ABI 1.0: rebuild the plugin with this SDK");
    CHECK(refusal_to_open("minor") ==
          "was built for plugin ABI 1.3, this sluice has ABI 1.0: update sluice, or rebuild the plugin with this SDK");
    CHECK(refusal_to_open("short") == "its table has 64 bytes, ABI 1.0 needs " + std::to_string(sizeof(sluice_plugin)) +
                                          ": rebuild the plugin");
}

TEST_CASE("code and declaration must agree") {
    CHECK(refusal_to_open("other_id") ==
          "its code says id 'someone_else', its plugin.json 'trial_other_id': rebuild the plugin");
    CHECK(refusal_to_open("other_version") == "its code says version '9.9.9', its plugin.json '1.2.3': rebuild the plugin");
    CHECK(refusal_to_open("other_kind") == "its code says kind 'reduce', its plugin.json 'map': rebuild the plugin");
}

TEST_CASE("the functions of the kind must be there; a map that selects needs no run") {
    CHECK(refusal_to_open("no_run") == "a map must offer run; it is missing");
    CHECK((open("selects")->table().run == nullptr));
}

TEST_CASE("a library that the linker refuses keeps the linker's reason") {
    const std::string reason = refusal_to_open("undefined");
    CHECK(reason == "cannot be opened: " + trial("undefined").string() + ": undefined symbol: function_that_nobody_has");
}

TEST_CASE("the entry must be exported and give a table") {
    CHECK(refusal_to_open("no_entry") ==
          "exports no sluice_plugin_entry(); write SLUICE_PLUGIN(TheClass) once in plugin.cpp");
    CHECK(refusal_to_open("null_table") == "sluice_plugin_entry() returned null");
}

TEST_CASE("a catalogue lists without opening, keeps reasons, and opens once") {
    const TemporaryFolder folder;
    std::filesystem::copy_file(trial("other_id"), folder.path() / "listed.so");
    std::filesystem::copy_file(trial("selects"), folder.path() / "used.so");
    const auto broken = folder.write("broken.so", "text");
    folder.write("notes.txt", "no library");
    const Plugins plugins({folder.path()});
    CHECK(plugins.catalogue().size() == 2);
    CHECK(plugins.catalogue().at("trial_selects").summary == "Hands its input on.");
    CHECK(plugins.file_of("trial_selects") == folder.path() / "used.so");
    REQUIRE(plugins.unusable().size() == 1);
    CHECK(plugins.unusable()[0].file == broken);
    CHECK(plugins.unusable()[0].reason == quoted(broken) + " is no shared library (too short for an ELF file)");
    CHECK(plugins.open("trial_selects") == plugins.open("trial_selects"));
    CHECK_FALSE(is_mapped("listed.so"));
    CHECK(refusal([&] { plugins.open("nothing"); }) == "no plugin 'nothing' is installed");
}

TEST_CASE("a library that was found but is unusable is known by its file's name, and so is the place in its plugin.json") {
    const TemporaryFolder folder;
    auto bytes = read_whole(trial("good"));
    const std::string kind = R"("kind": "map")";
    const auto at = bytes.find(kind);
    REQUIRE(at != std::string::npos);
    bytes.replace(at, kind.size(), R"("kind": "mop")");
    const auto damaged = folder.write("libsluice_damaged.so", bytes);
    const auto why = Plugins({folder.path()}).why_unusable();
    REQUIRE(why.contains("damaged"));
    CHECK(why.at("damaged").starts_with(quoted(damaged) + " was found but cannot be used: plugin.json cannot be used:\n  plugin.json:1:"));
    CHECK(why.at("damaged").find(" (in libsluice_damaged.so): kind = \"mop\"") != std::string::npos);
}

TEST_CASE("an earlier folder goes first; a second file of one id in a folder is named") {
    const TemporaryFolder first, second;
    std::filesystem::copy_file(trial("good"), first.path() / "a.so");
    std::filesystem::copy_file(trial("good"), first.path() / "b.so");
    std::filesystem::copy_file(trial("good"), second.path() / "a.so");
    const auto missing = second.path() / "no_such_folder";
    const Plugins plugins({first.path(), second.path(), missing});
    CHECK(plugins.file_of("trial_good") == first.path() / "a.so");
    REQUIRE(plugins.unusable().size() == 2);
    CHECK(plugins.unusable()[0].file == first.path() / "b.so");
    CHECK(plugins.unusable()[0].reason == quoted(first.path() / "a.so") + " gives plugin 'trial_good' already");
    CHECK(plugins.unusable()[1].reason == "there is no folder " + quoted(missing));
}

TEST_CASE("SLUICE_PLUGIN_PATH comes before the folders beside the program") {
    const TemporaryFolder folder;
    setenv("SLUICE_PLUGIN_PATH", (folder.path().string() + "::/nowhere").c_str(), 1);
    const auto folders = Plugins::default_folders();
    unsetenv("SLUICE_PLUGIN_PATH");
    REQUIRE(folders.size() >= 2);
    CHECK(folders[0] == folder.path());
    CHECK(folders[1] == "/nowhere");
    CHECK(Plugins::default_folders().size() == folders.size() - 2);
}
