// SPDX-License-Identifier: BSD-3-Clause
// Fingerprints: SHA-256 against the published examples, and which bytes a sampled one covers.
#include <doctest/doctest.h>

#include <limits>
#include <string>

#include <sluice/host/error.hpp>
#include <sluice/host/fingerprint.hpp>

#include "support/temporary_folder.hpp"

namespace {

using namespace sluice;
using sluice::test::TemporaryFolder;
using sluice::test::quoted;

constexpr std::size_t mebibyte = 1 << 20;
constexpr std::size_t chunk = 64 << 10;

/// 8 MiB + 321 bytes in which no two chunks are alike.
std::string large_text() {
    std::string text(8 * mebibyte + 321, '\0');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i ^ (i >> 8) ^ (i >> 16));
    return text;
}

/// The rule of fingerprint.hpp: first MiB, 62 chunks evenly between, last MiB.
std::string sampled_part(const std::string& text) {
    const std::size_t stride = (text.size() - 2 * mebibyte - chunk) / 61;
    std::string part = text.substr(0, mebibyte);
    for (std::size_t i = 0; i < 62; ++i) part += text.substr(mebibyte + i * stride, chunk);
    return part + text.substr(text.size() - mebibyte);
}

std::string refusal(const std::filesystem::path& file) {
    try {
        fingerprint(file);
    } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::data);
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("SHA-256 of the examples of NIST (FIPS 180-4 examples, SHA256.pdf and CAVP)") {
    CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("SHA-256 of a file: a million 'a' (FIPS 180-2, appendix B.3)") {
    const TemporaryFolder folder;
    const auto file = folder.write("a", std::string(1000000, 'a'));
    const std::string expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    CHECK(sha256_of_file(file) == expected);
    const Fingerprint whole = fingerprint(file);
    CHECK(whole.sha256 == expected);
    CHECK(whole.size == 1000000);
    CHECK(whole.coverage == "full");
    CHECK(whole.path == file);
}

TEST_CASE("an empty file has the fingerprint of the empty text") {
    const TemporaryFolder folder;
    CHECK(fingerprint(folder.write("empty", "")).sha256 == sha256(""));
}

TEST_CASE("a large file is sampled as documented, and whole on request") {
    const TemporaryFolder folder;
    const std::string text = large_text();
    const auto file = folder.write("large", text);
    const Fingerprint sampled = fingerprint(file, 8 * mebibyte);
    CHECK(sampled.coverage == "sampled");
    CHECK(sampled.sha256 == sha256(sampled_part(text)));
    const Fingerprint whole = fingerprint(file, std::numeric_limits<Index>::max());
    CHECK(whole.coverage == "full");
    CHECK(whole.sha256 == sha256(text));
    CHECK(fingerprint(file, static_cast<Index>(text.size())).coverage == "sampled");      // full *below* the limit
    CHECK(fingerprint(file, static_cast<Index>(text.size()) + 1).coverage == "full");
}

TEST_CASE("a file no larger than its samples is always read whole") {
    const TemporaryFolder folder;
    const std::size_t samples = 2 * mebibyte + 62 * chunk;
    CHECK(fingerprint(folder.write("just", std::string(samples, 'x')), 0).coverage == "full");
    const Fingerprint above = fingerprint(folder.write("above", std::string(samples + 1, 'x')), 0);
    CHECK(above.coverage == "sampled");
    CHECK(above.sha256 == sha256(std::string(samples, 'x')));
}

TEST_CASE("a sampled fingerprint sees a change at either end") {
    const TemporaryFolder folder;
    std::string text = large_text();
    const std::string before = fingerprint(folder.write("large", text), 0).sha256;
    for (const std::size_t at : {std::size_t{0}, mebibyte + 1, text.size() - 1}) {
        std::string changed = text;
        changed[at] = static_cast<char>(~changed[at]);
        CHECK(fingerprint(folder.write("large", changed), 0).sha256 != before);
    }
}

TEST_CASE("what cannot be read is an error that names the file") {
    const TemporaryFolder folder;
    const auto missing = folder.path() / "missing";
    CHECK(refusal(missing) == "cannot read " + quoted(missing) + " for its fingerprint: No such file or directory");
    CHECK(refusal(folder.path()) == "cannot read " + quoted(folder.path()) + " for its fingerprint: Is a directory");
}
