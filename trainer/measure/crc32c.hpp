// CRC-32C (Castagnoli), the checksum of TFRecord files and of checkpoints: polynomial 0x1EDC6F41,
// bits reflected, as RFC 3720 has it.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace antigrad::trainer {

namespace detail {

constexpr std::array<std::uint32_t, 256> crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78U : 0U);
    table[byte] = crc;
  }
  return table;
}

}  // namespace detail

/// Of the bytes; "123456789" has 0xE3069283. before: of the bytes in front, to go on from.
constexpr std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0) {
  constexpr std::array<std::uint32_t, 256> kTable = detail::crc32c_table();
  std::uint32_t crc = ~before;
  for (const char byte : bytes)
    crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFFU];
  return ~crc;
}

}  // namespace antigrad::trainer
