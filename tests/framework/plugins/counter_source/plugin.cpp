// SPDX-License-Identifier: BSD-3-Clause
// A source whose values are known in closed form: fetch takes the places, decode turns them into values on the workers.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sluice/sdk/plugin.hpp>

namespace {

namespace sdk = sluice::sdk;

/// ["frame","x"] as the parameter's JSON text has it: names without quotes in them.
std::vector<std::string> names_of(const std::string& json) {
    std::vector<std::string> names;
    for (std::size_t begin = json.find('"'); begin != std::string::npos;) {
        const auto end = json.find('"', begin + 1);
        names.push_back(json.substr(begin + 1, end - begin - 1));
        begin = json.find('"', end + 1);
    }
    return names;
}

class CounterSource : public sdk::Source {
public:
    struct Ticket {
        std::vector<std::int64_t> places, masked_places;
    };

    explicit CounterSource(const sdk::Setup& setup) : delay_s_(setup.parameters().number("delay")) {
        for (const double size : setup.parameters().numbers("shape")) shape_.push_back(static_cast<std::int64_t>(size));
        const auto names = names_of(setup.parameters().json("dims")), masked = names_of(setup.parameters().json("masked_dims"));
        for (const auto& name : names) in_mask_.push_back(std::find(masked.begin(), masked.end(), name) != masked.end());
    }

    static void probe(const sdk::Probe& probe) {
        const auto names = names_of(probe.parameters().json("dims"));
        const auto sizes = probe.parameters().numbers("shape");
        if (names.size() != sizes.size()) throw sdk::RecipeError("dims and shape must be equally long");
        std::vector<sdk::DimSize> dims;
        for (std::size_t d = 0; d < names.size(); ++d) dims.push_back({names[d], static_cast<std::int64_t>(sizes[d])});
        probe.output("data").set_dims(dims);
        const auto masked = names_of(probe.parameters().json("masked_dims"));
        std::vector<sdk::DimSize> mask_dims;
        for (const auto& dim : dims)
            if (std::find(masked.begin(), masked.end(), dim.name) != masked.end()) mask_dims.push_back(dim);
        if (!mask_dims.empty()) probe.output("data").set_streamed_mask("every_third", mask_dims);
        std::int64_t item = static_cast<std::int64_t>(sizeof(std::int64_t));
        for (std::size_t d = 1; d < dims.size(); ++d) item *= dims[d].size;
        probe.needs_decode(item);
    }

    std::unique_ptr<Ticket> fetch(const sdk::Context&, const sdk::Box& box) const {
        if (!box.count().empty()) std::this_thread::sleep_for(std::chrono::duration<double>(delay_s_ * static_cast<double>(box.count()[0])));
        auto ticket = std::make_unique<Ticket>();
        ticket->places.reserve(static_cast<std::size_t>(box.size()));
        const std::vector<bool> all(shape_.size(), true);
        collect(box, all, 0, 0, ticket->places);
        if (box.mask()) collect(box, in_mask_, 0, 0, ticket->masked_places);
        return ticket;
    }

    void decode(const sdk::Context&, const Ticket& ticket, const sdk::Box& box) const {
        const auto values = box.values<double>();
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1.0 / (1.0 + static_cast<double>(ticket.places[i] % 1009));
        for (std::size_t i = 0; i < ticket.masked_places.size(); ++i) box.mask()[i] = ticket.masked_places[i] % 3 == 0;
    }

private:
    /// Places of the box within the dims chosen.
    void collect(const sdk::Box& box, const std::vector<bool>& chosen, std::size_t dim, std::int64_t place,
                 std::vector<std::int64_t>& places) const {
        if (dim == shape_.size()) return places.push_back(place);
        if (!chosen[dim]) return collect(box, chosen, dim + 1, place, places);
        for (std::int64_t i = 0; i < box.count()[dim]; ++i)
            collect(box, chosen, dim + 1, place * shape_[dim] + box.start()[dim] + i, places);
    }

    double delay_s_;
    std::vector<std::int64_t> shape_;
    std::vector<bool> in_mask_;
};

}  // namespace

SLUICE_PLUGIN(CounterSource)
