// Loops over edges as autograd functions.
#include "trainer/graphs/links.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace antigrad::trainer {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

void keep(AutogradContext* context, const LinksPointer& links) {
  context->saved_data["links"] = at::IValue::make_capsule(links);
}

LinksPointer kept(const AutogradContext* context) {
  return c10::static_intrusive_pointer_cast<Links>(context->saved_data.at("links").toCapsule());
}

class SumOverEdges : public torch::autograd::Function<SumOverEdges> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& w, const Tensor& x,
                        const LinksPointer& links, bool from_sources) {
    context->save_for_backward({w, x});
    context->saved_data["from_sources"] = from_sources;
    keep(context, links);
    const Tensor weights = w.contiguous(), values = x.contiguous();
    Tensor y = at::zeros_like(values);
    AT_DISPATCH_FLOATING_TYPES(y.scalar_type(), "sum_over_edges", [&] {
      add(*links, from_sources, weights.const_data_ptr<scalar_t>(),
          values.const_data_ptr<scalar_t>(), y.mutable_data_ptr<scalar_t>(), x.size(1), x.size(2));
    });
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    const variable_list saved = context->get_saved_variables();
    const LinksPointer links = kept(context);
    const Tensor &w = saved[0], &x = saved[1], &gy = cotangents[0];
    const bool from_sources = context->saved_data.at("from_sources").toBool();
    Tensor gw, gx;
    if (context->needs_input_grad(0))
      gw = from_sources ? products_at_edges(links, gy, x) : products_at_edges(links, x, gy);
    if (context->needs_input_grad(1))
      gx = sum_over_edges(links, w, gy, from_sources ? Ends::targets : Ends::sources);
    return {gw, gx, Tensor(), Tensor()};
  }

 private:
  template <class T>
  static void add(const Links& links, bool from_sources, const T* w, const T* x, T* y,
                  std::int64_t heads, std::int64_t channels) {
    const auto& from = from_sources ? links.source : links.target;
    const auto& to = from_sources ? links.target : links.source;
    for (std::size_t e = 0; e < from.size(); ++e)
      for (std::int64_t h = 0; h < heads; ++h) {
        const T weight = *w++;
        const T* const read = x + (from[e] * heads + h) * channels;
        T* const written = y + (to[e] * heads + h) * channels;
        for (std::int64_t c = 0; c < channels; ++c) written[c] += weight * read[c];
      }
  }
};

class ProductsAtEdges : public torch::autograd::Function<ProductsAtEdges> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& u, const Tensor& v,
                        const LinksPointer& links) {
    context->save_for_backward({u, v});
    keep(context, links);
    const Tensor at_target = u.contiguous(), at_source = v.contiguous();
    Tensor p = at::empty({static_cast<std::int64_t>(links->source.size()), u.size(1)}, u.options());
    AT_DISPATCH_FLOATING_TYPES(p.scalar_type(), "products_at_edges", [&] {
      multiply(*links, at_target.const_data_ptr<scalar_t>(), at_source.const_data_ptr<scalar_t>(),
               p.mutable_data_ptr<scalar_t>(), u.size(1), u.size(2));
    });
    return p;
  }

  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    const variable_list saved = context->get_saved_variables();
    const LinksPointer links = kept(context);
    const Tensor &u = saved[0], &v = saved[1], &gp = cotangents[0];
    Tensor gu, gv;
    if (context->needs_input_grad(0)) gu = sum_over_edges(links, gp, v);
    if (context->needs_input_grad(1)) gv = sum_over_edges(links, gp, u, Ends::targets);
    return {gu, gv, Tensor()};
  }

 private:
  template <class T>
  static void multiply(const Links& links, const T* u, const T* v, T* p, std::int64_t heads,
                       std::int64_t channels) {
    for (std::size_t e = 0; e < links.source.size(); ++e)
      for (std::int64_t h = 0; h < heads; ++h) {
        const T* const a = u + (links.target[e] * heads + h) * channels;
        const T* const b = v + (links.source[e] * heads + h) * channels;
        T sum = 0;
        for (std::int64_t c = 0; c < channels; ++c) sum += a[c] * b[c];
        *p++ = sum;
      }
  }
};

/// s [e, h] -> the largest of each target [n, h], a constant for autograd.
Tensor largest(const Links& links, const Tensor& s) {
  const at::NoGradGuard no_grad;
  const Tensor values = s.detach().contiguous();
  const auto heads = s.size(1);
  Tensor most =
      at::full({links.nodes, heads}, -std::numeric_limits<double>::infinity(), s.options());
  AT_DISPATCH_FLOATING_TYPES(s.scalar_type(), "largest", [&] {
    const scalar_t* read = values.const_data_ptr<scalar_t>();
    scalar_t* const written = most.mutable_data_ptr<scalar_t>();
    for (const std::int64_t node : links.target)
      for (std::int64_t h = 0; h < heads; ++h, ++read) {
        scalar_t& known = written[node * heads + h];
        if (!(known >= *read)) known = *read;  // NaN stays
      }
  });
  return most;
}

/// t [n, h] -> [e, h], the value of an edge's target.
Tensor at_targets(const LinksPointer& links, const Tensor& t) {
  const Tensor column = t.unsqueeze(-1);
  return products_at_edges(links, column, at::ones_like(column));
}

}  // namespace

Links::Links(const Adjacency& graph)
    : nodes(std::accumulate(graph.sizes.begin(), graph.sizes.end(), std::int64_t{0})),
      sizes(graph.sizes.begin(), graph.sizes.end()) {
  std::vector<std::pair<std::int64_t, std::int64_t>> edges;  // target, source
  for (const auto& [a, b] : graph.edges) {
    edges.emplace_back(a, b);
    edges.emplace_back(b, a);
  }
  for (std::int64_t node = 0; node < nodes; ++node) edges.emplace_back(node, node);
  std::sort(edges.begin(), edges.end());
  std::vector<double> degree(static_cast<std::size_t>(nodes));
  for (const auto& [to, from] : edges) {
    target.push_back(to);
    source.push_back(from);
    ++degree[static_cast<std::size_t>(to)];
  }
  for (const auto& [to, from] : edges)
    normalised.push_back(1 / std::sqrt(degree[static_cast<std::size_t>(to)] *
                                       degree[static_cast<std::size_t>(from)]));
}

Tensor sum_over_edges(const LinksPointer& links, const Tensor& w, const Tensor& x, Ends from) {
  return SumOverEdges::apply(w, x, links, from == Ends::sources);
}

Tensor products_at_edges(const LinksPointer& links, const Tensor& u, const Tensor& v) {
  return ProductsAtEdges::apply(u, v, links);
}

Tensor softmax_over_edges(const LinksPointer& links, const Tensor& s) {
  const Tensor part = (s - at_targets(links, largest(*links, s))).exp();
  const Tensor ones = at::ones({links->nodes, s.size(1), 1}, s.options());
  const Tensor whole = sum_over_edges(links, part, ones).squeeze(-1);
  return part / at_targets(links, whole);
}

}  // namespace antigrad::trainer
