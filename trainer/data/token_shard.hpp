// The form of a shard of tokens as llm.c writes it (dev/data): 256 little-endian int32, of which
// the first three say magic, version and count, then uint16 ids.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace antigrad::trainer {

constexpr std::size_t kShardHeader = 1024;
/// Its 16-bit halves are ids 55432 and 308: the first is above GPT-2's vocabulary.
constexpr std::uint32_t kShardMagic = 20240520;
constexpr std::uint32_t kShardVersion = 1;

/// The bytes of such a file, with the header or without.
std::string u16_file(std::span<const std::uint16_t> ids, bool header);

}  // namespace antigrad::trainer
