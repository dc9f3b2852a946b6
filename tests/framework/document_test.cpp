// SPDX-License-Identifier: BSD-3-Clause
// Places of values, duplicate keys, notes and broken texts. Lines and columns were counted by hand in the texts below.
#include <doctest/doctest.h>

#include <string>

#include "recipe/document.hpp"

using namespace sluice;

namespace {

std::string place(const Location& where) {
    return where.file + ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
}

std::string only_finding(const std::string& text) {
    const Document document = read_document(text, "r.json");
    REQUIRE(document.findings.size() == 1);
    CHECK(document.findings[0].code == "syntax");
    return to_text(document.findings[0]);
}

}  // namespace

TEST_CASE("document: keys and values have places") {
    const Document document = read_document("{\n  \"a\" : [10, {\"b/c\":\ttrue}],\n\n  \"d\\\"\": \"x\\\\\", \"e\":-1.5e3\r\n}", "r.json");
    CHECK(document.findings.empty());
    CHECK(document.value.dump() == R"({"a":[10,{"b/c":true}],"d\"":"x\\","e":-1500.0})");
    CHECK(place(document.value_at("")) == "r.json:1:1");
    CHECK(place(document.key_at("/a")) == "r.json:2:3");
    CHECK(place(document.value_at("/a")) == "r.json:2:9");
    CHECK(place(document.value_at("/a/0")) == "r.json:2:10");
    CHECK(place(document.value_at("/a/1")) == "r.json:2:14");
    CHECK(place(document.key_at("/a/1/b~1c")) == "r.json:2:15");
    CHECK(place(document.value_at("/a/1/b~1c")) == "r.json:2:22");
    CHECK(place(document.value_at("/d\"")) == "r.json:4:10");
    CHECK(place(document.value_at("/e")) == "r.json:4:21");
    CHECK(place(document.value_at("/a/1/nothing/there")) == "r.json:2:14");  // the nearest around it
}

TEST_CASE("document: notes are left out, also several of them and whatever they hold") {
    const Document document = read_document(R"({"//": 1, "//": {"a": 1, "a": 2}, "// old": [3], "b": {"//": "x", "c": 4}})", "r.json");
    CHECK(document.findings.empty());
    CHECK(document.value.dump() == R"({"b":{"c":4}})");
    CHECK(place(document.value_at("/b/c")) == "r.json:1:72");
}

TEST_CASE("document: every duplicate key is found, with both places; the first counts") {
    const Document document = read_document("{\"a\": 1,\n \"b\": {\"c\": 2, \"c\": 3},\n \"a\": [4, 5], \"d\": 6}", "r.json");
    REQUIRE(document.findings.size() == 2);
    CHECK(document.findings[0].code == "duplicate-key");
    CHECK(document.findings[0].pointer == "/b/c");
    CHECK(to_text(document.findings[0]) ==
          "r.json:2:16: key 'c' stands here again; it is first at line 2, column 8. Keep one of them.");
    CHECK(to_text(document.findings[1]) ==
          "r.json:3:2: key 'a' stands here again; it is first at line 1, column 2. Keep one of them.");
    CHECK(document.value.dump() == R"({"a":1,"b":{"c":2},"d":6})");
}

TEST_CASE("document: syntax errors have a place and advice") {
    CHECK(only_finding("{\n \"a\": 1,\n}") ==
          "r.json:3:1: not valid JSON: unexpected '}'; expected string literal. Remove the comma before it.");
    CHECK(only_finding("[1 2]") == "r.json:1:4: not valid JSON: unexpected number literal; expected ']'.");
    CHECK(only_finding("{\"a\": 1\n \"b\": 2}") ==
          "r.json:2:2: not valid JSON: unexpected string literal; expected '}'. A comma may be missing before it.");
    CHECK(only_finding("{\"a\": 1, // one\n}") ==
          "r.json:1:10: not valid JSON: invalid literal. JSON has no comments; write a note as \"//\": \"text\".");
    CHECK(only_finding("{\"a\": [1, 2") == "r.json:1:12: not valid JSON: unexpected end of input; expected ']'.");
    CHECK(only_finding("{} {}") == "r.json:1:4: not valid JSON: unexpected '{'; expected end of input.");
    CHECK(only_finding("{\"a\": \"x\ny\"}").starts_with("r.json:1:9: not valid JSON: invalid string: control character U+000A"));
    CHECK(only_finding("{\"a\": 1e999}").starts_with("r.json:1:7: not valid JSON: "));
}

TEST_CASE("document: texts that are no JSON at all") {
    CHECK(only_finding("") == "r.json:1:1: the file is empty; a JSON object is needed: { ... }.");
    CHECK(only_finding(" \n\t") == "r.json:1:1: the file is empty; a JSON object is needed: { ... }.");
    CHECK(only_finding("\xEF\xBB\xBF{}") == "r.json:1:1: the file begins with a byte order mark; save it as UTF-8 without one.");
    CHECK(only_finding(std::string("\xFF\xFE{\0}\0", 6)) == "r.json:1:1: the file is UTF-16; save it as UTF-8.");
    CHECK(only_finding("{\"a\": \"\xC3\x28\"}") == "r.json:1:9: not valid JSON: invalid string: ill-formed UTF-8 byte.");
    CHECK(only_finding(std::string("{\"a\": \0}", 8)).starts_with("r.json:1:7: not valid JSON: "));
    CHECK(only_finding(std::string(largest_document + 1, ' ')) ==
          "r.json:1:1: the file has more than 4194304 bytes, the most that is read. Keep large tables in a data file of their own.");
}

TEST_CASE("document: a deeply nested text ends well") {
    CHECK(only_finding(std::string(1'000'000, '[')) ==
          "r.json:1:65: nested deeper than 64 levels, which no recipe or plugin.json is.");
    CHECK(read_document(std::string(64, '[') + std::string(64, ']'), "r.json").findings.empty());
}

TEST_CASE("document: a merge patch brings its places along") {
    Document base = read_document("{\"a\": {\"b\": 1, \"c\": 2},\n \"d\": [1]}", "base.json");
    base.merge_patch(read_document("{\n\"a\": {\"c\": null, \"e\": {\"f\": 3}}, \"d\": {\"g\": 4}}", "top.json"));
    CHECK(base.value.dump() == R"({"a":{"b":1,"e":{"f":3}},"d":{"g":4}})");  // RFC 7396
    CHECK(place(base.value_at("/a/b")) == "base.json:1:13");
    CHECK(place(base.value_at("/a/e/f")) == "top.json:2:29");
    CHECK(place(base.value_at("/d/g")) == "top.json:2:45");
    CHECK(place(base.value_at("/d/0")) == "top.json:2:39");
}
