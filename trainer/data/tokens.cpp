// Ids read in place.
#include "trainer/data/tokens.hpp"

#include <fmt/format.h>

#include <bit>
#include <stdexcept>
#include <utility>

#include "trainer/data/mapped_file.hpp"

namespace antigrad::trainer {

static_assert(std::endian::native == std::endian::little, "ids in memory are read as a file's");

Tokens::Tokens(std::shared_ptr<const MappedFile> file, std::size_t offset, std::size_t size,
               int bytes, int vocabulary)
    : data_(file->data() + offset), size_(size), bytes_(bytes), vocabulary_(vocabulary) {
  owner_ = std::move(file);
}

Tokens::Tokens(std::vector<std::uint16_t> ids, int vocabulary)
    : size_(ids.size()), bytes_(2), vocabulary_(vocabulary) {
  const auto shared = std::make_shared<const std::vector<std::uint16_t>>(std::move(ids));
  data_ = reinterpret_cast<const unsigned char*>(shared->data());
  owner_ = shared;
}

std::int64_t Tokens::operator[](std::size_t i) const {
  if (bytes_ == 1) return data_[i];
  return data_[2 * i] | data_[2 * i + 1] << 8;
}

void Tokens::copy(std::size_t begin, std::span<std::int64_t> out) const {
  if (begin > size_ || out.size() > size_ - begin) {
    throw std::out_of_range(fmt::format("tokens {} to {} of {}", begin, begin + out.size(), size_));
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = (*this)[begin + i];
}

}  // namespace antigrad::trainer
