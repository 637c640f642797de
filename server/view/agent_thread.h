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

// Runs from start() to drain() or stop() (ServiceThread). A turn looks once which descriptors are
// ready and gives each agent its turn. After a turn without work the thread spins for `spin_ns`
// (`backoff`), always (`spin`) or not at all (`block`), and then sleeps until a descriptor is
// ready, waker() is woken or an agent is due. There is no other timer. An exception of an agent
// ends the process with kExitFailure and the reason in the log: a data plane that skipped part of
// an input would publish wrong levels.
class AgentThread {
 public:
  struct Options {
    std::string name;  // as begin_thread()
    IdleMode idle = IdleMode::backoff;
    std::int64_t spin_ns = 30 * kNsPerUs;  // of `backoff`
    std::int64_t processor = kAnyProcessor;
    // After a turn with work, waker() does not end the thread's sleep for this long; a descriptor
    // does. Limits how often a busy thread has to wake one whose work may wait.
    std::int64_t pace_ns = 0;
  };

  // Agents outlive the thread.
  AgentThread(Options options, Clock clock);
  ~AgentThread() { stop(); }

  // Before start().
  void add(Agent& agent);
  // Wakes `waker` when a look finds a descriptor ready, before the agents' turns: the other thread
  // wakes up while this one reads and computes. Before start(). `waker` outlives the thread.
  void wake_on_input(Waker& waker) { woken_on_input_.push_back(&waker); }
  Waker& waker() { return waker_; }

  void start();
  // Lets the agents finish what was accepted (Agent::drain), at most until `deadline_ns` from now,
  // and ends the thread. Returns false when work was left.
  bool drain(std::int64_t deadline_ns);
  // Ends the thread after its turn. Agents are not called any more.
  void stop();

  // Receive time up to which this thread has read all its descriptors: the begin of the last look
  // after which every ready descriptor was read empty. Called by the thread's agents.
  TimeNs drained_until();

 private:
  enum class Phase : std::uint8_t { running, draining, stopping };

  void run();
  void run_agents();
  std::size_t turn();
  void rest(TimeNs now);
  void sleep();
  void pace(TimeNs now);
  std::int64_t wait_limit(TimeNs now) const;
  void join();

  const Options options_;
  Clock clock_;
  feed::ReadySet ready_;
  Waker waker_;
  bool woken_ = false;  // the ready flag of waker_
  std::vector<Agent*> agents_;
  std::vector<Waker*> woken_on_input_;
  bool was_woken_ = false;  // waker_ was found woken in the last turn
  TimeNs looked_{};         // when the last look at the descriptors began
  TimeNs drained_{};        // a look after which all were read empty
  TimeNs worked_{};         // when the last turn with work ended, or the last wake-up
  std::atomic<Phase> phase_{Phase::stopping};
  std::atomic<bool> drained_all_{false};
  std::atomic<std::int64_t> deadline_ns_{0};  // of draining, on the receive clock
  std::thread thread_;
};

static_assert(ServiceThread<AgentThread>);

}  // namespace indexcast::server
