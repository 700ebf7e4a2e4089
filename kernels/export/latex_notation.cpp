#include "kernels/export/latex_notation.hpp"

namespace antigrad::kernels {
namespace {

/// Each of u; none needs another.
constexpr const char* kDefinitions[] = {
    R"(H\left(u\right) = \begin{cases} 0 & u \le 0 \\ 1 & \text{otherwise} \end{cases})",
    R"(\operatorname{ReLU}\left(u\right) = \operatorname{max}\left(u, 0\right))",
    R"(\operatorname{ELU}\left(u\right) = \begin{cases} e^{u} - 1 & u \le 0 \\ u & \text{otherwise} \end{cases})",
    R"(\sigma\left(u\right) = \frac{1}{1 + e^{-u}})",
    R"(\sigma'\left(u\right) = \frac{e^{-u}}{\left(1 + e^{-u}\right)^2})",
    R"(\varphi\left(u\right) = \frac{1}{\sqrt{2 \, \pi}} \, e^{-\frac{u^2}{2}})",
    R"(\Phi\left(u\right) = \frac{1}{2} \, \operatorname{erfc}\left(-\frac{u}{\sqrt{2}}\right))",
    R"(\operatorname{softsign}\left(u\right) = \frac{u}{1 + \left|u\right|})",
    R"(\operatorname{isru}\left(u\right) = \frac{u}{\sqrt{1 + u^2}})",
    R"(\operatorname{isru}'\left(u\right) = \left(1 + u^2\right)^{-\frac{3}{2}})",
    R"(\operatorname{sinc}\left(u\right) = \begin{cases} 1 & u = 0 \\ \frac{\sin\left(u\right)}{u} & \text{otherwise} \end{cases})",
    R"(\operatorname{sinc}'\left(u\right) = \begin{cases} 0 & u = 0 \\ \frac{\cos\left(u\right)}{u} - \frac{\sin\left(u\right)}{u^2} & \text{otherwise} \end{cases})",
    R"(\operatorname{Si}\left(u\right) = \int_0^{u} \frac{\sin\left(t\right)}{t} \, dt)",
    R"(\operatorname{Li}_2\left(u\right) = -\int_0^{u} \frac{\log\left(1 - t\right)}{t} \, dt)",
    R"(\operatorname{asinh}\left(u\right) = \log\left(u + \sqrt{1 + u^2}\right))",
    R"(\operatorname{mg}'\left(u\right) = \frac{4 \, e^{u} \, \left(1 + e^{u}\right)}{\left(1 + \left(1 + e^{u}\right)^2\right)^2})",
    R"(\operatorname{mg}^{(-1)}\left(u\right) = \frac{1}{2} \, \log\left(1 + \left(1 + e^{u}\right)^2\right) + \arctan\left(1 + e^{u}\right))",
};

}  // namespace

std::string notation_text(const std::string& formulas) {
  std::string text;
  for (const std::string definition : kDefinitions) {
    const std::string sign = definition.substr(0, definition.find("u\\right"));
    if (formulas.find(sign) != std::string::npos) text += "\\[\n  " + definition + "\n\\]\n";
  }
  return text.empty() ? "" : "Here, for every $u$,\n" + text;
}

}  // namespace antigrad::kernels
