// SPDX-License-Identifier: BSD-3-Clause
// Progress as text or JSON.
#include "progress.hpp"

#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "format.hpp"

namespace sluice::cli {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

const char* to_text(Event::Kind kind) {
    switch (kind) {
        case Event::Kind::plan: return "plan";
        case Event::Kind::pass_begin: return "pass_begin";
        case Event::Kind::progress: return "progress";
        case Event::Kind::info: return "info";
        case Event::Kind::warning: return "warning";
        case Event::Kind::step_done: return "step_done";
        case Event::Kind::written: return "written";
        case Event::Kind::done: return "done";
    }
    return "";
}

Json to_json(const Event& event) {
    Json json{{"event", to_text(event.kind)}};
    if (!event.step.empty()) json["step"] = event.step;
    if (!event.message.empty()) json["message"] = event.message;
    if (event.passes > 0) json.update({{"pass", event.pass}, {"passes", event.passes}});
    if (event.kind == Event::Kind::progress)
        json.update({{"items_done", event.items_done}, {"items_total", event.items_total},
                     {"bytes_done", event.bytes_done}, {"seconds", event.seconds},
                     {"peak_memory_bytes", event.peak_memory_bytes}});
    return json;
}

std::string bar(const Event& event) {
    constexpr Index width = 24;
    const Index full = event.items_total > 0 ? width * event.items_done / event.items_total : 0;
    return fmt::format("[{:#<{}}{:.<{}}]", "", full, "", width - full);
}

}  // namespace

Progress::Progress(ProgressStyle style)
    : style_(style), terminal_(isatty(STDERR_FILENO) != 0), interval_(style == ProgressStyle::json || terminal_ ? 100ms : 5s),
      last_(Clock::now()) {}

bool Progress::due() {
    const auto now = Clock::now();
    if (now - last_ < interval_) return false;
    last_ = now;
    return true;
}

void Progress::operator()(const Event& event) {
    const bool progress = event.kind == Event::Kind::progress;
    const bool last = event.items_done == event.items_total && style_ == ProgressStyle::json;
    if (style_ == ProgressStyle::none || (progress && !last && !due())) return;
    if (style_ == ProgressStyle::json) {
        fmt::print("{}\n", json_text(to_json(event)));
        std::fflush(stdout);
    } else if (progress) {
        show(event);
    } else if (event.kind == Event::Kind::info) {
        clear_bar();
        fmt::print(stderr, "{}{}{}\n", event.step, event.step.empty() ? "" : ": ", event.message);
    }
}

void Progress::show(const Event& event) {
    if (!terminal_) {
        fmt::print(stderr, "{}\n", progress_text(event));
        return;
    }
    fmt::print(stderr, "\r{} {}\033[K", bar(event), progress_text(event));
    std::fflush(stderr);
    bar_shown_ = true;
}

void Progress::clear_bar() {
    if (bar_shown_) fmt::print(stderr, "\r\033[K");
    bar_shown_ = false;
}

std::string progress_text(const Event& event) {
    std::string text = event.passes > 1 ? fmt::format("pass {} of {}: ", event.pass, event.passes) : "";
    text += fmt::format("{} of {} items", event.items_done, event.items_total);
    if (event.items_total > 0) text += fmt::format(" ({} %)", 100 * event.items_done / event.items_total);
    if (event.items_done > 0 && event.seconds > 0) {
        const double rate = static_cast<double>(event.items_done) / event.seconds;
        text += fmt::format(", {:.3g} items/s", rate);
        const auto left = static_cast<double>(event.items_total - event.items_done);
        if (left > 0) text += fmt::format(", {} left", duration_text(left / rate));
    }
    return text + fmt::format(", memory {}", bytes_text(event.peak_memory_bytes));
}

}  // namespace sluice::cli
