// Shards in memory.
#include "trainer/data/token_shard.hpp"

namespace antigrad::trainer {

std::string u16_file(std::span<const std::uint16_t> ids, bool header) {
  std::string file(header ? kShardHeader : 0, '\0');
  const std::uint32_t head[] = {kShardMagic, kShardVersion, static_cast<std::uint32_t>(ids.size())};
  for (std::size_t i = 0; header && i < 12; ++i)
    file[i] = static_cast<char>(head[i / 4] >> 8 * (i % 4));
  file.reserve(file.size() + 2 * ids.size());
  for (const std::uint16_t id : ids) {
    file += static_cast<char>(id & 0xff);
    file += static_cast<char>(id >> 8);
  }
  return file;
}

}  // namespace antigrad::trainer
