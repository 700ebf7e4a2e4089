// antigrad, the program: words -> command -> exit code.
#include <cstdio>
#include <exception>

#include "experiments/app/commands.hpp"
#include "space/error.hpp"

int main(int argc, char** argv) {
  using namespace antigrad;
  try {
    const app::Request request = app::parse_arguments(app::commands(), {argv + 1, argv + argc});
    if (request.command != nullptr) return request.command->run(request.arguments);
    app::print(request.text);
    return 0;
  } catch (const space::Error& e) {
    std::fprintf(stderr, "antigrad: %s\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "antigrad: failed: %s\n", e.what());
    return 1;
  }
}
