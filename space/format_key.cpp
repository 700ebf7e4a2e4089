#include "space/format_key.hpp"

#include <fmt/format.h>

namespace antigrad::space {

void demand_format(const Yaml& node) {
  if (!node.has("format")) return;
  const std::int64_t version = node.at("format").integer(1, 1'000'000);
  if (version > kFileFormat)
    node.at("format").fail(
        fmt::format("is version {} of the format, of a newer antigrad; this one knows versions up "
                    "to {}; go on with the newer antigrad",
                    version, kFileFormat));
}

}  // namespace antigrad::space
