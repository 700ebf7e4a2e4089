// The value-preserving pass: constants folded, equal nodes merged, neutral elements dropped, signs
// pulled out of odd and even functions.
#include "space/builder.hpp"
#include "space/expr.hpp"

namespace antigrad::space {

Expr simplify(const Expr& e) {
  Expr now = e;
  for (;;) {
    Builder out(true);
    const std::vector<Sym> outputs = out.inline_expr(now, {});
    Expr next = out.finish(outputs);
    if (next == now || next.nodes.size() > now.nodes.size()) return now;
    now = std::move(next);
  }
}

}  // namespace antigrad::space
