// Results on the disk until a server has taken them: a file each, written whole before it is sent.
#pragma once
#include <string>
#include <vector>

#include "experiments/app/remote/client.hpp"

namespace antigrad::app {

/// A result and whose it is.
struct Told {
  std::string server;  // URL
  std::string trial;   // path of the trial's routes
  std::string asked;   // when it was given out, as the server says; tells it from another study's
  std::string key;     // of the request, so that it counts once
  search::Json body;
  std::string events{};  // file on this machine that goes before it; "" = none
};

class Spool {
 public:
  /// Makes the folder. Throws space::Error.
  explicit Spool(std::string folder);

  void keep(const Told& told) const;
  /// Sends one until the server takes or refuses it, then drops it; true when it was taken. Throws
  /// ServerGone: it stays then.
  bool deliver(const Client& client, const Told& told) const;
  /// Delivers what earlier workers left for this server. Those whose trial is another one now are
  /// dropped.
  void deliver_left(const Client& client) const;

 private:
  std::string path_of(const Told& told) const;

  const std::string folder_;
};

}  // namespace antigrad::app
