// Every number has a stream of its own, so that neither order nor count of others matters.
#include "trainer/federated/clients.hpp"

#include "space/error.hpp"
#include "space/random.hpp"
#include "trainer/federated/partition.hpp"
#include "trainer/federated/stable.hpp"

namespace antigrad::trainer {
namespace {

using space::child_seed;
using space::Random;

std::uint64_t key_of(std::uint64_t key, const char* use, int client, int step) {
  const std::uint64_t own = child_seed(child_seed(key, use), static_cast<std::uint64_t>(client));
  return child_seed(own, static_cast<std::uint64_t>(step));
}

}  // namespace

double fading_gain(const ClientsSpec& spec, std::uint64_t key, int client, int step) {
  if (!spec.fading) return 1;
  Random random(key_of(key, "fading", client, step));
  return rayleigh(random);
}

void add_noise(const ClientsSpec& spec, std::uint64_t key, int step,
               const std::vector<at::Tensor>& gradients) {
  if (spec.scale == 0) return;
  for (std::size_t p = 0; p < gradients.size(); ++p) {
    const std::uint64_t own = key_of(key, "noise", static_cast<int>(p), step);
    const at::Tensor noise = at::empty(gradients[p].sizes(), at::kDouble);
    auto* const out = noise.mutable_data_ptr<double>();
    for (std::int64_t i = 0; i < noise.numel(); ++i) {
      Random random(child_seed(own, static_cast<std::uint64_t>(i)));
      out[i] = spec.scale * stable(spec.tail, random);
    }
    gradients[p].add_(noise.to(gradients[p].scalar_type()));
  }
}

Clients::Clients(const ClientsSpec& spec, std::shared_ptr<const Dataset> data, int batch,
                 std::uint64_t key)
    : spec_(spec),
      data_(std::move(data)),
      batch_(batch),
      key_(key),
      parts_(partition(data_->labels(), spec.count, spec.concentration, child_seed(key, "split"))) {
}

Batch Clients::batch(int client, int step) const {
  const std::vector<int>& own = parts_[static_cast<std::size_t>(client)];
  Random random(key_of(key_, "batch", client, step));
  std::vector<int> chosen(static_cast<std::size_t>(batch_));
  for (int& one : chosen)
    one = own[static_cast<std::size_t>(random.below(static_cast<int>(own.size())))];
  return data_->examples(chosen);
}

}  // namespace antigrad::trainer
