// `antigrad worker --server URL`: asks a server for trials, trains them, tells the results, until
// there is nothing more to do.
//
// It holds no state but results that the server has not taken yet, which lie on the disk. Killed,
// it loses what it was training: the trial's lease ends and another worker gets it. Asked to end
// (SIGTERM), it gives the trial back at once.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "experiments/app/interrupt.hpp"
#include "experiments/app/remote/client.hpp"
#include "experiments/app/remote/spool.hpp"
#include "search/study.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::app {

struct RemoteWorkerOptions {
  ClientOptions client;
  std::string only{};       // name of a study; "" = every one the server has work for
  std::string study{};      // file to use instead of the server's text; "" = the server's
  std::string folder{};     // of fetched studies and data
  std::string spool{};      // folder of results
  double idle = 0;          // end after so many seconds without work; 0 = when the server is done
  bool fetch_code = false;  // machine code for GPUs, into the code cache
};

class RemoteWorker {
 public:
  RemoteWorker(RemoteWorkerOptions options, const Interrupt& interrupt);
  ~RemoteWorker();

  /// Returns the number of trials whose results were taken. Throws ServerGone, space::Error when
  /// this machine cannot train (a trial that was asked for is given back).
  int run();

 private:
  struct Place;
  struct Desk;

  std::vector<Place> places(bool& done) const;
  bool work_at(const Place& place);
  bool ask(const Place& place, search::Json& trial);
  void train(const Place& place, const search::Json& trial);
  Desk& desk_of(const Place& place);
  std::string events_of(const search::Json& trial) const;
  void give_back(const std::string& trial) const;
  std::string new_key();

  const RemoteWorkerOptions options_;
  const Interrupt& interrupt_;
  const Client client_;
  const Spool spool_;
  const std::string name_;      // of this worker, for people and keys
  std::unique_ptr<Desk> desk_;  // of the study that is trained
  std::atomic<bool> cancel_ = false;
  int keys_ = 0, taken_ = 0;
};

}  // namespace antigrad::app
