// SPDX-License-Identifier: BSD-3-Clause
// nlohmann_json parses; a scanner walks through the same text in lockstep and tells where each value stands.
#include "document.hpp"

#include <algorithm>
#include <utility>

namespace sluice {
namespace {

using Position = Document::Position;

bool is_note(std::string_view key) { return key.starts_with("//"); }

/// Steps from token to token of a text that the parser has already found well-formed so far.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    /// The place of the next key, value or bracket; steps over it.
    Position next() {
        const Position here = seek();
        if (at_ >= text_.size()) return here;
        const char first = text_[at_];
        after_open_ = first == '{' || first == '[';
        step();
        if (first == '"') skip_string();
        else if (std::string_view("{}[]").find(first) == std::string_view::npos) skip_word();
        return here;
    }

    /// Goes to the next token; after the last sound one that is the one that the parser stumbled over.
    Position seek() {
        skip_blanks();
        if (!after_open_ && at_ < text_.size() && (text_[at_] == ',' || text_[at_] == ':')) step();
        skip_blanks();
        return {line_, static_cast<int>(at_ - line_begin_) + 1};
    }
    [[nodiscard]] std::size_t offset() const { return at_; }

private:
    void step() {
        if (text_[at_++] != '\n') return;
        ++line_;
        line_begin_ = at_;
    }
    void skip_blanks() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) step();
    }
    void skip_string() {
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
        ++at_;
    }
    void skip_word() {
        while (at_ < text_.size() && std::string_view(" \t\r\n,:{}[]").find(text_[at_]) == std::string_view::npos) ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0, line_begin_ = 0;
    int line_ = 1;
    bool after_open_ = true;  ///< a separator that follows now is out of place
};

Position position_of(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, offset);
    const auto line_end = before.rfind('\n');
    const auto column = line_end == std::string_view::npos ? before.size() : before.size() - line_end - 1;
    return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1, static_cast<int>(column) + 1};
}

/// Takes the parser's events, builds the value, and notes places and duplicate keys.
class Reader final : public nlohmann::json_sax<Json> {
public:
    Reader(std::string_view text, const std::string& file, Document& out)
        : text_(text), scanner_(text), file_(std::make_shared<const std::string>(file)), out_(out) {}

    bool null() override { return scalar(nullptr); }
    bool boolean(bool value) override { return scalar(value); }
    bool number_integer(number_integer_t value) override { return scalar(value); }
    bool number_unsigned(number_unsigned_t value) override { return scalar(value); }
    bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
    bool string(string_t& value) override { return scalar(std::move(value)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        Frame& frame = frames_.back();
        const Position here = scanner_.next();
        frame.key = name;
        frame.key_at = here;
        frame.skip_member = is_note(name);
        if (frame.skip_member || frame.skip) return true;
        const auto [first, fresh] = frame.keys.emplace(name, here);
        if (!fresh) duplicate(frame, first->second);
        return true;
    }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) override {
        std::string what = error.what();
        if (const auto dash = what.find(" - "); dash != std::string::npos) what = what.substr(dash + 3);
        what = what.substr(0, what.find("; last read"));
        const Position token = scanner_.seek();
        const bool within_string = what.starts_with("invalid string");
        add_syntax(within_string ? position_of(text_, position - 1) : token, "not valid JSON: " + what + "." + advice(scanner_.offset()));
        return false;
    }

private:
    struct Frame {
        Json value;
        std::string pointer;
        bool skip = false;         ///< lies within a value that does not count
        bool skip_member = false;  ///< its present member is a note or a duplicate
        std::string key;
        Position key_at;
        std::map<std::string, Position> keys;
    };

    bool scalar(Json value) {
        const Position here = scanner_.next();
        if (skipping()) return true;
        note_place(here);
        attach(std::move(value));
        return true;
    }

    bool open(Json empty) {
        const Position here = scanner_.next();
        if (frames_.size() >= deepest_document) {
            add_syntax(here, "nested deeper than " + std::to_string(deepest_document) + " levels, which no recipe or plugin.json is.");
            return false;
        }
        const bool skip = skipping();
        if (!skip) note_place(here);
        frames_.push_back({std::move(empty), skip ? "" : member_pointer(), skip, false, "", {}, {}});
        return true;
    }

    bool close() {
        scanner_.next();
        Frame done = std::move(frames_.back());
        frames_.pop_back();
        if (!done.skip) attach(std::move(done.value));
        return true;
    }

    [[nodiscard]] bool skipping() const {
        return !frames_.empty() && (frames_.back().skip || frames_.back().skip_member);
    }
    [[nodiscard]] std::string member_pointer() const {
        if (frames_.empty()) return "";
        const Frame& frame = frames_.back();
        return join_pointer(frame.pointer, frame.value.is_array() ? std::to_string(frame.value.size()) : frame.key);
    }
    void note_place(Position here) {
        const bool member = !frames_.empty() && frames_.back().value.is_object();
        out_.put(member_pointer(), {file_, member ? frames_.back().key_at : here, here});
    }
    void attach(Json value) {
        if (frames_.empty()) out_.value = std::move(value);
        else if (Json& into = frames_.back().value; into.is_array()) into.push_back(std::move(value));
        else into.get_ref<Json::object_t&>().emplace_back(frames_.back().key, std::move(value));
    }

    void duplicate(Frame& frame, Position first) {
        frame.skip_member = true;
        out_.findings.push_back({"duplicate-key", Severity::error, join_pointer(frame.pointer, frame.key),
                                 {*file_, frame.key_at.line, frame.key_at.column},
                                 "key '" + frame.key + "' stands here again; it is first at line " + std::to_string(first.line) +
                                     ", column " + std::to_string(first.column) + ". Keep one of them."});
    }
    void add_syntax(Position here, const std::string& message) {
        out_.findings.push_back({"syntax", Severity::error, "", {*file_, here.line, here.column}, message});
    }
    [[nodiscard]] std::string advice(std::size_t offset) const {
        const auto rest = text_.substr(offset);
        const auto last = text_.substr(0, offset).find_last_not_of(" \t\r\n");
        if (rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with("#"))
            return " JSON has no comments; write a note as \"//\": \"text\".";
        if (last != std::string_view::npos && text_[last] == ',' && (rest.starts_with("}") || rest.starts_with("]")))
            return " Remove the comma before it.";
        if (rest.starts_with("\"") && last != std::string_view::npos && text_[last] != ',' && text_[last] != ':')
            return " A comma may be missing before it.";
        return "";
    }

    std::string_view text_;
    Scanner scanner_;
    std::shared_ptr<const std::string> file_;
    Document& out_;
    std::vector<Frame> frames_;
};

/// What makes a text unreadable before its first token; "" when nothing does.
std::string unreadable(std::string_view text) {
    if (text.size() > largest_document)
        return "the file has more than " + std::to_string(largest_document) +
               " bytes, the most that is read. Keep large tables in a data file of their own.";
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return "the file is empty; a JSON object is needed: { ... }.";
    if (text.starts_with("\xEF\xBB\xBF")) return "the file begins with a byte order mark; save it as UTF-8 without one.";
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "the file is UTF-16; save it as UTF-8.";
    return "";
}

void merge_member(Document& into, Json& target, const Document& patch, const Json& change, const std::string& pointer) {
    if (!target.is_object() || !change.is_object()) {
        target = change;
        into.take_places(pointer, patch);
        return;
    }
    for (const auto& [key, value] : change.items()) {
        if (value.is_null()) target.erase(key);
        else merge_member(into, target[key], patch, value, join_pointer(pointer, key));
    }
}

}  // namespace

Document read_document(std::string_view text, const std::string& file) {
    Document document;
    if (const auto reason = unreadable(text); !reason.empty()) {
        document.findings.push_back({"syntax", Severity::error, "", {file, 1, 1}, reason});
        return document;
    }
    Reader reader(text, file, document);
    if (!Json::sax_parse(text, &reader)) document.value = nullptr;
    return document;
}

std::string join_pointer(const std::string& pointer, std::string_view key) {
    std::string out = pointer + "/";
    for (const char c : key) {
        if (c == '~') out += "~0";
        else if (c == '/') out += "~1";
        else out += c;
    }
    return out;
}

const Document::Place* Document::nearest(std::string pointer) const {
    while (true) {
        if (const auto found = places_.find(pointer); found != places_.end()) return &found->second;
        if (pointer.empty()) return nullptr;
        pointer.resize(pointer.rfind('/'));
    }
}

Location Document::value_at(const std::string& pointer) const {
    const Place* place = nearest(pointer);
    return place ? Location{*place->file, place->value.line, place->value.column} : Location{};
}

Location Document::key_at(const std::string& pointer) const {
    const Place* place = nearest(pointer);
    return place ? Location{*place->file, place->key.line, place->key.column} : Location{};
}

void Document::take_places(const std::string& pointer, const Document& from) {
    const std::string below = pointer + "/", past = pointer + "0";  // '0' follows '/': all that lies below is in between
    places_.erase(pointer);
    places_.erase(places_.lower_bound(below), places_.lower_bound(past));
    if (const auto own = from.places_.find(pointer); own != from.places_.end()) places_.insert(*own);
    places_.insert(from.places_.lower_bound(below), from.places_.lower_bound(past));
}

void Document::merge_patch(const Document& patch) { merge_member(*this, value, patch, patch.value, ""); }

}  // namespace sluice
