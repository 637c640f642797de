// A thread that runs its agents in turn and rests by its idle strategy when none has work.
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "server/settings/config.h"
#include "server/view/agent.h"
#include "server/view/clock.h"
#include "server/view/waker.h"

namespace indexcast::server {

class AgentThread {
 public:
  // `name` is what the operating system shows (15 characters). Agents outlive the thread.
  AgentThread(std::string name, IdleMode idle, Clock clock)
      : name_(std::move(name)), idle_(idle), clock_(clock) {}
  ~AgentThread() { stop(); }

  void add(Agent& agent) { agents_.push_back(&agent); }
  Waker& waker() { return waker_; }

  void start();
  // Returns when the thread has ended; agents are not called any more.
  void stop();

 private:
  void run();
  std::size_t cycle();
  void rest(std::size_t idle_cycles);
  void sleep();

  std::string name_;
  IdleMode idle_;
  Clock clock_;
  Waker waker_;
  std::vector<Agent*> agents_;
  std::vector<pollfd> descriptors_;
  std::atomic<bool> running_{false};
  std::thread thread_;
};

}  // namespace indexcast::server
