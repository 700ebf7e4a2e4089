// Who may ask, before a body is read: tokens, origins, lengths.
#pragma once
#include <httplib.h>

#include <optional>
#include <string>
#include <string_view>

#include "experiments/app/http_server.hpp"

namespace antigrad::app {

struct Refused {
  int status;
  std::string code, message;
};

/// Why a request is not let in; nullopt when it is.
///
/// With a token, it is compared in a time that does not depend on it; Basic takes any user, so that
/// browsers can ask for it.
/// Without one, only names of this machine may stand in Host (a foreign name that was made to point
/// here is another site's). What changes something must not come from a page of another origin.
std::optional<Refused> admission(const httplib::Request& request, const HttpServerOptions& options);

/// 0 when it is not said; the largest number when it is no number.
std::uint64_t content_length(const httplib::Request& request);

/// What speaks against a head as it came, before the library reads it, which leaves lines out that
/// another program on the way may understand: Transfer-Encoding in any spelling (which cpp-httplib
/// 0.11 does not limit), names with a blank
/// before the colon, lines that go on in the next. nullopt: nothing does.
std::optional<Refused> odd_head(std::string_view head);

}  // namespace antigrad::app
