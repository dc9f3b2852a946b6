// SPDX-License-Identifier: BSD-3-Clause
// The source: opens the datasets that the recipe names, describes them, hands over boxes of them.
#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include <sluice/sdk/plugin.hpp>

#include "kernel.hpp"
#include "locate.hpp"
#include "placement.hpp"

namespace sluice::hdf5_source {
namespace {

using Json = nlohmann::json;
using Names = std::vector<std::string>;
using Bytes = std::vector<std::byte>;

/// SLUICE_STRING too: labels may be coordinates.
std::int32_t dtype_of(ElementType type) {
    constexpr std::array<std::int32_t, 12> codes{SLUICE_BOOLEAN, SLUICE_INT8,    SLUICE_INT16,   SLUICE_INT32,
                                                 SLUICE_INT64,   SLUICE_UINT8,   SLUICE_UINT16,  SLUICE_UINT32,
                                                 SLUICE_UINT64,  SLUICE_FLOAT32, SLUICE_FLOAT64, SLUICE_STRING};
    static_assert(static_cast<std::size_t>(ElementType::string) + 1 == codes.size());
    return codes[static_cast<std::size_t>(type)];
}

std::int64_t product(const std::vector<std::int64_t>& sizes, std::size_t from = 0) {
    std::int64_t all = 1;
    for (std::size_t i = from; i < sizes.size(); ++i) all *= sizes[i];
    return all;
}

template <class T>
std::optional<T> optional(const Json& object, const char* key) {
    return object.contains(key) && !object[key].is_null() ? std::optional(object[key].get<T>()) : std::nullopt;
}

std::vector<sdk::DimSize> dims_at(const std::vector<sdk::DimSize>& dims, const Placement& placement) {
    std::vector<sdk::DimSize> chosen;
    for (const std::size_t i : placement.dims) chosen.push_back(dims[i]);
    if (placement.edges) ++chosen.back().size;
    return chosen;
}

// ---- Datasets and their values -----------------------------------------------------------------

/// A dataset with the place that messages name.
struct Input {
    Input(const sdk::Context& context, const std::string& file, const std::string& path)
        : where(place(file, path)), dataset(file, path) {
        for (const auto& each : description().files) context.uses_file(each);
    }
    [[nodiscard]] const Description& description() const { return dataset.description(); }

    std::string where;
    Dataset dataset;
};

Bytes read_whole(const Input& input) {
    const auto& [shape, type, chunk, unit, files, cache] = input.description();
    Bytes bytes(static_cast<std::size_t>(product(shape) * size_in_bytes(type)));
    input.dataset.read({std::vector<std::int64_t>(shape.size(), 0), shape}, bytes);
    return bytes;
}

/// Calls f(span of values) with the C++ type of the stored elements.
template <class F>
void with_values(const Bytes& bytes, ElementType type, const F& f) {
    sdk::with_dtype(dtype_of(type), [&](auto zero) {
        using T = decltype(zero);
        f(std::span(reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)));
    });
}

bool is_integer(ElementType type) { return type != ElementType::float32 && type != ElementType::float64; }

/// The unit that the recipe gives, or the dataset's own; `parameter` is what to set when there is none.
std::string unit_of(const sdk::Context& context, const Input& input, const std::optional<std::string>& given,
                    const std::string& parameter) {
    const auto& own = input.description().unit;
    if (!given && own.value_or("").empty())
        throw sdk::RecipeError(input.where + ": has no attribute 'units'. Set " + parameter +
                               " to its unit (\"1\" for a plain number).");
    const std::string unit = given ? *given : *own;
    if (context.host().unit_factor(sdk::to_text(unit), sdk::to_text(unit)) == 0)
        throw sdk::RecipeError(
            (given ? parameter + ": the unit '" + unit + "' is not known. Write names of UDUNITS, such as nm or 1/s."
                   : input.where + ": its attribute 'units' is '" + unit + "', which is not known. Set " + parameter +
                         " to what it means."));
    return unit;
}

// ---- Masks ---------------------------------------------------------------------------------------

struct MaskInput {
    std::string name;
    Input input;
    std::vector<std::int64_t> ignored_bits;
    Marks marks;
    Placement placement;

    /// A mask of the leading dimension and more is as large as the data: it is read with them.
    [[nodiscard]] bool streamed() const { return placement.dims.size() > 1 && placement.dims.front() == 0; }
    void flag(const Bytes& values, std::span<std::uint8_t> masked) const {
        try {
            mask_from_bits(input.description().type, values, ignored_bits, marks, masked);
        } catch (const std::invalid_argument& error) {
            throw sdk::RecipeError("mask '" + name + "' (" + input.where + "): " + error.what());
        }
    }
};

// ---- What the recipe asks for --------------------------------------------------------------------

/// All that a step reads, open. Made and destroyed under the I/O lock.
class Request {
public:
    explicit Request(const sdk::Setup& setup)
        : context_(setup.context()),
          parameters_(setup.parameters()),
          file_(parameters_.text("file")),
          data_(context_, file_, parameters_.text("path")) {
        set_dims(Json::parse(parameters_.json("dims")).get<Names>());
        open_errors();
        for_each_member("masks", [&](const std::string& name, const Json& options) { open_mask(name, options); });
    }

    void describe(const sdk::OutputDescription& out) const {
        out.set_dims(dims_);
        out.set_dtype(dtype_of(data_.description().type));
        out.set_unit(unit_of(context_, data_, parameters_.optional_text("unit"), "unit"));
        out.set_variances(errors_.has_value());
        const std::string path = parameters_.text("path");
        out.set_label(parameters_.optional_text("name").value_or(path.substr(path.rfind('/') + 1)));
        for_each_member("coordinates",
                        [&](const std::string& name, const Json& options) { describe_coordinate(out, name, options); });
        for (const auto& mask : masks_) describe_mask(out, mask);
        for_each_member("facts", [&](const std::string& name, const Json& options) { describe_fact(out, name, options); });
    }

    void declare_needs(const sdk::Probe& probe) const {
        std::int64_t cache = 0;
        std::int64_t staged = 0;
        for_each_streamed([&](const Input& input, bool copied) {
            const auto& description = input.description();
            const std::int64_t item = product(description.shape, 1) * size_in_bytes(description.type);
            // Chunks hold at most twice the box; each is undone on its own, beside what is stored of the others.
            staged += (description.chunk.empty() ? 0 : 4 * item) + (copied ? item : 0);
            cache += description.cache_bytes;
        });
        probe.needs_decode(staged);
        probe.needs_prepared(cache);
    }

    Input& data() { return data_; }
    std::optional<Input>& errors() { return errors_; }
    std::vector<MaskInput>& masks() { return masks_; }

private:
    template <class F>
    void for_each_member(std::string_view parameter, const F& f) const {
        const Json members = Json::parse(parameters_.json(parameter));
        for (const auto& [name, options] : members.items()) f(name, options);
    }

    [[nodiscard]] std::string file_of(const Json& options) const {
        return optional<std::string>(options, "file").value_or(file_);
    }

    void set_dims(const Names& names) {
        const auto& [shape, type, chunk, unit, files, cache] = data_.description();
        if (type == ElementType::string)
            throw sdk::RecipeError(data_.where +
                                   ": holds strings, numbers are needed. Strings may be read as a coordinate or a fact.");
        if (names.size() != shape.size())
            throw sdk::RecipeError(data_.where + ": has " + std::to_string(shape.size()) + " dimensions (" + sizes(shape) +
                                   "), but dims names " + std::to_string(names.size()) +
                                   ". Give one name for each, slowest first.");
        for (std::size_t i = 0; i < names.size(); ++i) {
            dims_.push_back({names[i], shape[i]});
            array_.push_back({names[i], shape[i]});
        }
    }
    static std::string sizes(const std::vector<std::int64_t>& shape) {
        std::string text;
        for (const auto size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
        return text.empty() ? "one number" : text;
    }

    void open_errors() {
        const auto path = parameters_.optional_text("errors");
        if (!path) return;
        errors_.emplace(context_, file_, *path);
        const auto& own = errors_->description();
        const auto& data = data_.description();
        if (own.type == ElementType::string || own.shape != data.shape)
            throw sdk::RecipeError(errors_->where + ": is " + std::string(to_string(own.type)) + " of size " + sizes(own.shape) +
                                   ", but as errors of '" + parameters_.text("path") + "' it must be numbers of size " +
                                   sizes(data.shape) + ".");
        if (own.unit && data.unit && *own.unit != *data.unit)
            throw sdk::RecipeError(errors_->where + ": has the unit '" + *own.unit + "', and the values have '" + *data.unit +
                                   "'. Errors must have the unit of the values.");
    }

    [[nodiscard]] Placement find(const Input& input, const std::string& name, const Json& options, bool may_be_edges) const {
        try {
            return find_placement(array_, {name, input.description().shape, optional<Names>(options, "dims"), may_be_edges},
                                  input.where);
        } catch (const std::invalid_argument& error) {
            throw sdk::RecipeError((may_be_edges ? "coordinate '" : "mask '") + name + "': " + error.what());
        }
    }

    void open_mask(const std::string& name, const Json& options) {
        Input input(context_, file_of(options), options["path"]);
        const Placement placement = find(input, name, options, false);
        masks_.push_back({name, std::move(input),
                          optional<std::vector<std::int64_t>>(options, "ignore_bits").value_or(std::vector<std::int64_t>()),
                          optional<std::string>(options, "marks") == "good" ? Marks::good : Marks::bad, placement});
        const auto& mask = masks_.back();
        mask.flag({}, {});  // refuses a type or a bit that cannot be
        if (!mask.streamed()) return;
        if (mask.placement.squeezed)
            throw sdk::RecipeError("mask '" + name + "' (" + mask.input.where + "): changes with '" + dims_.front().name +
                                   "', so it must not have further dimensions of one element, as its size " +
                                   sizes(mask.input.description().shape) + " has.");
        for (const auto& other : masks_)
            if (other.streamed() && other.name != name)
                throw sdk::RecipeError("masks '" + other.name + "' and '" + name + "' both change with '" + dims_.front().name +
                                       "' and other dimensions; one such mask is possible. Unite them in one dataset.");
    }

    void describe_coordinate(const sdk::OutputDescription& out, const std::string& name, const Json& options) const {
        const Input input(context_, file_of(options), options["path"]);
        const auto& description = input.description();
        const auto placement = find(input, name, options, true);
        const auto dims = dims_at(dims_, placement);
        if (description.type == ElementType::string) {
            if (dims.size() != 1 || placement.edges)
                throw sdk::RecipeError("coordinate '" + name + "' (" + input.where +
                                       "): strings must be one for each element of one dimension.");
            out.set_labels(name, dims.front().name, input.dataset.strings());
            return;
        }
        const auto unit = unit_of(context_, input, optional<std::string>(options, "unit"), "coordinates." + name + ".unit");
        with_values(read_whole(input), description.type, [&](const auto& values) {
            const auto whole_numbers = [&] {  // train numbers need more digits than a double has
                return std::all_of(values.begin(), values.end(), [](auto value) {
                    return static_cast<std::uint64_t>(value) <= std::numeric_limits<std::int64_t>::max() || value < 0;
                });
            };
            if (is_integer(description.type) && !placement.edges && whole_numbers())
                out.set_coordinate(name, dims, unit, std::vector<std::int64_t>(values.begin(), values.end()));
            else
                out.set_coordinate(name, dims, unit, std::vector<double>(values.begin(), values.end()), placement.edges);
        });
    }

    void describe_mask(const sdk::OutputDescription& out, const MaskInput& mask) const {
        const auto dims = dims_at(dims_, mask.placement);
        if (mask.streamed()) {
            out.set_streamed_mask(mask.name, dims);
            return;
        }
        std::vector<std::uint8_t> masked(static_cast<std::size_t>(product(mask.input.description().shape)));
        mask.flag(read_whole(mask.input), masked);
        out.set_mask(mask.name, dims, masked);
    }

    void describe_fact(const sdk::OutputDescription& out, const std::string& name, const Json& options) const {
        if (options.contains("path") == options.contains("value"))
            throw sdk::RecipeError("fact '" + name + "': give either \"path\" (a dataset) or \"value\".");
        const auto unit = optional<std::string>(options, "unit");
        if (options.contains("path"))
            describe_read_fact(out, name, Input(context_, file_of(options), options["path"]), unit);
        else if (options["value"].is_string())
            out.set_fact(name, options["value"].get<std::string>());
        else if (options["value"].is_boolean())
            out.set_fact(name, options["value"].get<bool>());
        else if (unit)
            out.set_fact(name, options["value"].get<double>(), *unit);
        else
            throw sdk::RecipeError("fact '" + name + "': a number needs its \"unit\" (\"1\" for a plain number).");
    }
    void describe_read_fact(const sdk::OutputDescription& out, const std::string& name, const Input& input,
                            const std::optional<std::string>& unit) const {
        if (input.description().type != ElementType::string) {
            out.set_fact(name, input.dataset.number(), unit_of(context_, input, unit, "facts." + name + ".unit"));
            return;
        }
        const auto texts = input.dataset.strings();
        if (texts.size() != 1)
            throw sdk::RecipeError("fact '" + name + "' (" + input.where + "): holds " + std::to_string(texts.size()) +
                                   " texts, one is needed.");
        out.set_fact(name, texts.front());
    }

    template <class F>
    void for_each_streamed(const F& f) const {
        f(data_, false);
        if (errors_) f(*errors_, true);
        for (const auto& mask : masks_)
            if (mask.streamed()) f(mask.input, true);
    }

    sdk::Context context_;
    sdk::Parameters parameters_;
    std::string file_;
    Input data_;
    std::vector<sdk::DimSize> dims_;
    std::vector<NamedSize> array_;  // dims_, for the placement of smaller datasets
    std::optional<Input> errors_;
    std::vector<MaskInput> masks_;
};

// ---- The source ------------------------------------------------------------------------------------

/// A box of a dataset on its way: chunks as they are stored, or the values where HDF5 had to read them.
struct Pending {
    std::optional<RawBox> chunks;
    Bytes values;
};

Pending start(const Input& input, const Box& box) {
    Pending pending{input.dataset.fetch(box), {}};
    if (pending.chunks) return pending;
    pending.values.resize(static_cast<std::size_t>(product(box.count) * size_in_bytes(input.description().type)));
    input.dataset.read(box, pending.values);
    return pending;
}

Bytes complete(const Input& input, Pending pending) {
    if (!pending.chunks) return std::move(pending.values);
    Bytes values(static_cast<std::size_t>(product(pending.chunks->box.count) * size_in_bytes(input.description().type)));
    input.dataset.decode(std::move(*pending.chunks), values);
    return values;
}

Box box_of(const sdk::Box& box) { return {{box.start().begin(), box.start().end()}, {box.count().begin(), box.count().end()}}; }

/// The part of a box along some of its dimensions.
Box part_of(const Box& box, const std::vector<std::size_t>& dims) {
    Box part;
    for (const std::size_t i : dims) {
        part.start.push_back(box.start[i]);
        part.count.push_back(box.count[i]);
    }
    return part;
}

class Hdf5Source : public sdk::Source {
public:
    static void probe(const sdk::Probe& probe) {
        const sdk::IoLock lock(probe.context());
        const Request request(probe);
        request.describe(probe.output("data"));
        request.declare_needs(probe);
    }

    explicit Hdf5Source(const sdk::Setup& setup) {
        const sdk::IoLock lock(setup.context());
        Request request(setup);
        for (auto& mask : request.masks())
            if (mask.streamed()) mask_ = std::make_unique<MaskInput>(std::move(mask));
        if (request.errors()) errors_ = std::make_unique<Input>(std::move(*request.errors()));
        data_ = std::make_unique<Input>(std::move(request.data()));
    }

    /// What decode() has still to do.
    struct Ticket {
        std::optional<RawBox> values;
        Pending errors;
        Pending mask;
    };

    std::unique_ptr<Ticket> fetch(const sdk::Context&, const sdk::Box& out) {
        const Box box = box_of(out);
        auto ticket = std::make_unique<Ticket>();
        ticket->values = data_->dataset.fetch(box);
        if (!ticket->values) data_->dataset.read(box, bytes_of(out));
        if (errors_) ticket->errors = start(*errors_, box);
        if (mask_) ticket->mask = start(mask_->input, part_of(box, mask_->placement.dims));
        const bool done = !ticket->values && !errors_ && !mask_;
        return done ? nullptr : std::move(ticket);
    }

    void decode(const sdk::Context&, Ticket& ticket, const sdk::Box& out) const {
        if (ticket.values) data_->dataset.decode(std::move(*ticket.values), bytes_of(out));
        if (errors_) square_errors(complete(*errors_, std::move(ticket.errors)), out.variances());
        if (!mask_) return;
        const std::int64_t count = product(part_of(box_of(out), mask_->placement.dims).count);
        mask_->flag(complete(mask_->input, std::move(ticket.mask)), {out.mask(), static_cast<std::size_t>(count)});
    }

private:
    [[nodiscard]] std::span<std::byte> bytes_of(const sdk::Box& out) const {
        const auto bytes = out.size() * size_in_bytes(data_->description().type);
        return {static_cast<std::byte*>(out.data()), static_cast<std::size_t>(bytes)};
    }

    void square_errors(const Bytes& bytes, std::span<double> variances) const {
        with_values(bytes, errors_->description().type, [&](const auto& errors) {
            for (std::size_t i = 0; i < errors.size(); ++i) {
                const auto error = static_cast<double>(errors[i]);
                if (error < 0)
                    throw std::runtime_error(errors_->where + ": holds the standard deviation " + std::to_string(error) +
                                             ", must be >= 0. Where none is known, write NaN.");
                variances[i] = error * error;
            }
        });
    }

    std::unique_ptr<Input> data_, errors_;
    std::unique_ptr<MaskInput> mask_;
};

}  // namespace
}  // namespace sluice::hdf5_source

SLUICE_PLUGIN(sluice::hdf5_source::Hdf5Source)
