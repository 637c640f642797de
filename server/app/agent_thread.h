// A thread that runs its agents in turn and rests by its idle strategy when none has work.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "feedhandlers/transport/ready_set.h"
#include "server/settings/config.h"
#include "server/settings/thread.h"
#include "server/view/agent.h"
#include "server/view/clock.h"
#include "server/view/waker.h"

namespace indexcast::server {

// Runs from start() to stop(). A turn looks once which descriptors are ready and gives each agent
// its turn. After a turn without work the thread spins for `spin_ns` (`backoff`), always (`spin`)
// or not at all (`block`), and then sleeps until a descriptor is ready, waker() is woken or an
// agent is due. An exception of an agent ends the process with kExitFailure and the reason in the
// log: a data plane that skipped part of an input would publish wrong levels.
class AgentThread {
 public:
  struct Options {
    std::string name;  // as begin_thread()
    IdleMode idle = IdleMode::backoff;
    std::int64_t spin_ns = 30 * kNsPerUs;  // of `backoff`
    std::int64_t processor = kAnyProcessor;
  };

  // Agents outlive the thread.
  AgentThread(Options options, Clock clock);
  ~AgentThread() { stop(); }

  // Before start().
  void add(Agent& agent);
  Waker& waker() { return waker_; }

  void start();
  // Lets the agents finish what was accepted (Agent::drain), at most until `deadline_ns` from now,
  // and ends the thread. Returns false when work was left.
  bool drain(std::int64_t deadline_ns);
  // Ends the thread after its turn. Agents are not called any more.
  void stop();

  // The receive time up to which this thread has read all its descriptors: an instant before a look
  // after which every ready descriptor was read empty. For its agents.
  TimeNs drained_until();

 private:
  enum class Phase : std::uint8_t { running, draining, stopping };

  void run();
  void run_agents();
  std::size_t turn();
  void rest(TimeNs now);
  void sleep();
  void join();

  const Options options_;
  Clock clock_;
  feed::ReadySet ready_;
  Waker waker_;
  bool woken_ = false;  // the ready flag of waker_
  std::vector<Agent*> agents_;
  TimeNs looked_{};   // when the last look at the descriptors began
  TimeNs drained_{};  // a look after which all were read empty
  TimeNs worked_{};   // when the last turn with work ended
  std::atomic<Phase> phase_{Phase::stopping};
  std::atomic<bool> drained_all_{false};
  std::atomic<std::int64_t> deadline_ns_{0};  // of draining, on the receive clock
  std::thread thread_;
};

}  // namespace indexcast::server
