// SPDX-License-Identifier: BSD-3-Clause
// SHA-256 of texts and files, whole or sampled, by OpenSSL.
#include <sluice/host/fingerprint.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include <sluice/host/error.hpp>

namespace sluice {
namespace {

constexpr Index mebibyte = Index{1} << 20;
constexpr Index chunk_bytes = Index{64} << 10;
constexpr Index chunks = 62;
constexpr Index sampled_bytes = 2 * mebibyte + chunks * chunk_bytes;

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
        check(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
    }
    void add(const char* data, std::size_t bytes) { check(EVP_DigestUpdate(context_.get(), data, bytes)); }
    [[nodiscard]] std::string hex() {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned int bytes = 0;
        check(EVP_DigestFinal_ex(context_.get(), digest.data(), &bytes));
        return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + bytes, ""));
    }

private:
    static void check(bool done) {
        if (!done) throw Error(ErrorKind::internal, "OpenSSL cannot compute SHA-256");
    }
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

/// Reads a file piece by piece into a hash.
class HashedFile {
public:
    explicit HashedFile(const std::filesystem::path& file) : file_(file), buffer_(static_cast<std::size_t>(mebibyte)) {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(file, error);
        if (error) fail(error.message());
        size_ = static_cast<Index>(bytes);
        errno = 0;
        stream_.open(file, std::ios::binary);
        if (!stream_) fail(std::generic_category().message(errno));
    }

    void add(Index offset, Index bytes) {
        stream_.seekg(offset);
        while (bytes > 0) {
            const Index piece = std::min(bytes, mebibyte);
            if (!stream_.read(buffer_.data(), piece)) fail("it ended while it was read; is it still being written?");
            hash_.add(buffer_.data(), static_cast<std::size_t>(piece));
            bytes -= piece;
        }
    }

    [[nodiscard]] Index size() const { return size_; }
    [[nodiscard]] std::string hex() { return hash_.hex(); }

private:
    [[noreturn]] void fail(const std::string& why) const {
        throw Error(ErrorKind::data, fmt::format("cannot read '{}' for its fingerprint: {}", file_.string(), why));
    }
    std::filesystem::path file_;
    std::ifstream stream_;
    std::vector<char> buffer_;
    Index size_ = 0;
    Sha256 hash_;
};

void add_samples(HashedFile& file) {
    const Index stride = (file.size() - 2 * mebibyte - chunk_bytes) / (chunks - 1);
    file.add(0, mebibyte);
    for (Index i = 0; i < chunks; ++i) file.add(mebibyte + i * stride, chunk_bytes);
    file.add(file.size() - mebibyte, mebibyte);
}

}  // namespace

Fingerprint fingerprint(const std::filesystem::path& path, Index full_below) {
    HashedFile file(path);
    const bool full = file.size() < full_below || file.size() <= sampled_bytes;
    if (full) file.add(0, file.size());
    else add_samples(file);
    return {path, file.size(), file.hex(), full ? "full" : "sampled"};
}

std::string sha256(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes.data(), bytes.size());
    return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
    HashedFile file(path);
    file.add(0, file.size());
    return file.hex();
}

}  // namespace sluice
