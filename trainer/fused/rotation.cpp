// Two functions that are each other's gradient: out of one tensor, and back into one, turned the
// other way.
#include "trainer/fused/rotation.hpp"

#include <algorithm>

#include "trainer/fused/machines.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// One head: half = e / 2. sign 1 turns, -1 turns back. y may not be x.
template <class T>
ANTIGRAD_INLINE void turn_head(const T* __restrict x, const T* __restrict cosine,
                               const T* __restrict sine, T sign, T* __restrict y,
                               std::int64_t half) {
  for (std::int64_t i = 0; i < half; ++i) {
    const T s = sign * sine[i];
    y[i] = x[i] * cosine[i] - x[i + half] * s;
    y[i + half] = x[i + half] * cosine[i] + x[i] * s;
  }
}

/// Where the parts of a token lie; out: from x to the parts, else from the parts to x.
template <class T>
struct Parts {
  T *x, *q, *k, *v;
  const T *cosine, *sine;
  std::int64_t windows, tokens, heads, kv_heads, width;
};

template <class T>
ANTIGRAD_INLINE void move_tokens(const Parts<T>& p, bool out) {
  const std::int64_t half = p.width / 2, key = p.heads * p.width,
                     value = key + p.kv_heads * p.width, all = value + p.kv_heads * p.width;
  const T sign = out ? T{1} : T{-1};
  const auto turn = [&](T * whole, T * part, std::int64_t count, std::int64_t position)
      __attribute__((always_inline)) {
    for (std::int64_t h = 0; h < count; ++h)
      turn_head(out ? whole + h * p.width : part + h * p.width, p.cosine + position * half,
                p.sine + position * half, sign, out ? part + h * p.width : whole + h * p.width,
                half);
  };
  for (std::int64_t at = 0; at < p.windows * p.tokens; ++at) {
    const std::int64_t position = at % p.tokens;
    T* const token = p.x + at * all;
    turn(token, p.q + at * key, p.heads, position);
    turn(token + key, p.k + at * (value - key), p.kv_heads, position);
    T *const whole = token + value, *const part = p.v + at * (all - value);
    std::copy_n(out ? whole : part, all - value, out ? part : whole);
  }
}

ANTIGRAD_EACH_MACHINE void move_all(const Parts<float>& parts, bool out) {
  move_tokens(parts, out);
}
void move_all(const Parts<double>& parts, bool out) { move_tokens(parts, out); }

/// Copies between x and q, k, v; the sources are only read.
void move(const Tensor& x, const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& cosine,
          const Tensor& sine, bool out) {
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "split_and_turn", [&] {
    const auto data = [](const Tensor& t) {
      return const_cast<scalar_t*>(t.const_data_ptr<scalar_t>());
    };
    move_all(Parts<scalar_t>{data(x), data(q), data(k), data(v), data(cosine), data(sine),
                             x.size(0), x.size(1), q.size(2), k.size(2), q.size(3)},
             out);
  });
}

variable_list split(const Tensor& x, const HeadSizes& sizes, const Tensor& cosine,
                    const Tensor& sine);
Tensor join(const variable_list& parts, const Tensor& cosine, const Tensor& sine);

class Split : public torch::autograd::Function<Split> {
 public:
  static variable_list forward(AutogradContext* context, const Tensor& x, std::int64_t heads,
                               std::int64_t kv_heads, std::int64_t width, const Tensor& cosine,
                               const Tensor& sine) {
    context->save_for_backward({cosine, sine});
    const auto part = [&](std::int64_t count) {
      return at::empty({x.size(0), x.size(1), count, width}, x.options());
    };
    const variable_list parts = {part(heads), part(kv_heads), part(kv_heads)};
    move(x.contiguous(), parts[0], parts[1], parts[2], cosine, sine, true);
    return parts;
  }
  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    const variable_list saved = context->get_saved_variables();
    return {join(cotangents, saved[0], saved[1]), {}, {}, {}, {}, {}};
  }
};

class Join : public torch::autograd::Function<Join> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& q, const Tensor& k, const Tensor& v,
                        const Tensor& cosine, const Tensor& sine) {
    context->save_for_backward({cosine, sine});
    context->saved_data["heads"] = q.size(2);
    context->saved_data["kv_heads"] = k.size(2);
    context->saved_data["width"] = q.size(3);
    Tensor x =
        at::empty({q.size(0), q.size(1), (q.size(2) + 2 * k.size(2)) * q.size(3)}, q.options());
    move(x, q.contiguous(), k.contiguous(), v.contiguous(), cosine, sine, false);
    return x;
  }
  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    const variable_list saved = context->get_saved_variables();
    const auto size = [&](const char* name) { return context->saved_data.at(name).toInt(); };
    variable_list parts =
        split(cotangents[0], {size("heads"), size("kv_heads"), size("width")}, saved[0], saved[1]);
    parts.resize(5);
    return parts;
  }
};

variable_list split(const Tensor& x, const HeadSizes& sizes, const Tensor& cosine,
                    const Tensor& sine) {
  return Split::apply(x, sizes.heads, sizes.kv_heads, sizes.width, cosine, sine);
}

Tensor join(const variable_list& parts, const Tensor& cosine, const Tensor& sine) {
  return Join::apply(parts[0], parts[1], parts[2], cosine, sine);
}

/// x [n, t, h, e] with its pairs turned, by operations of libtorch.
Tensor turned(const Tensor& x, const Tensor& cosine, const Tensor& sine) {
  const std::int64_t half = x.size(-1) / 2;
  const auto of_tokens = [&](const Tensor& all) {
    return all.narrow(0, 0, x.size(1)).unsqueeze(1).to(x.scalar_type());
  };
  const Tensor c = of_tokens(cosine), s = of_tokens(sine), a = x.narrow(-1, 0, half),
               b = x.narrow(-1, half, half);
  return at::cat({a * c - b * s, b * c + a * s}, -1);
}

std::tuple<Tensor, Tensor, Tensor> composed(const Tensor& x, const HeadSizes& sizes,
                                            const Tensor& cosine, const Tensor& sine) {
  const std::vector<Tensor> parts =
      x.unflatten(-1, {sizes.heads + 2 * sizes.kv_heads, sizes.width})
          .split_with_sizes({sizes.heads, sizes.kv_heads, sizes.kv_heads}, 2);
  return {turned(parts[0], cosine, sine), turned(parts[1], cosine, sine), parts[2]};
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> split_and_turn(const Tensor& x, const HeadSizes& sizes,
                                                  const Tensor& cosine, const Tensor& sine) {
  if (!x.is_cpu() || x.scalar_type() != cosine.scalar_type())
    return composed(x, sizes, cosine, sine);
  const variable_list parts = split(x, sizes, cosine, sine);
  return {parts[0], parts[1], parts[2]};
}

}  // namespace antigrad::trainer
