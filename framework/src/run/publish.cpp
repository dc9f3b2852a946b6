// SPDX-License-Identifier: BSD-3-Clause
// From the memory of a finished output to an immutable array.
#include "run/publish.hpp"

namespace sluice {

void publish_output(Output& output, OutputMemory& memory) {
    Description description = output.description;
    const Index count = volume(description.dims);
    for (auto& mask : description.masks) {
        if (mask.values) continue;
        Description own;
        own.name = mask.name;
        own.dtype = DType::boolean;
        for (const auto& dim : mask.dims) own.dims.push_back(description.dims[*find_dim(description.dims, dim)]);
        mask.values = std::make_shared<const Array>(own, memory.mask.share(volume(own.dims)));
    }
    output.value = Array(std::move(description), memory.values.share(count * size_of(output.description.dtype)),
                         output.description.variances ? memory.variances.share(count * 8) : Buffer());
}

}  // namespace sluice
