#include "server/app/agent_thread.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace indexcast::server {

AgentThread::AgentThread(Options options, Clock clock)
    : options_(std::move(options)), clock_(clock) {
  ready_.add(waker_.descriptor(), feed::ReadySet::Wanted::read, woken_);
}

void AgentThread::add(Agent& agent) {
  agents_.push_back(&agent);
  agent.watch(ready_);
}

void AgentThread::start() {
  phase_ = Phase::running;
  thread_ = std::thread([this] { run(); });
}

bool AgentThread::drain(std::int64_t deadline_ns) {
  if (!thread_.joinable()) return true;
  drained_all_ = false;
  deadline_ns_ = (clock_.now() + deadline_ns).ns;
  phase_ = Phase::draining;
  join();
  return drained_all_;
}

void AgentThread::stop() {
  phase_ = Phase::stopping;
  join();
}

void AgentThread::join() {
  waker_.wake();
  if (thread_.joinable()) thread_.join();
}

void AgentThread::run() {
  begin_thread(options_.name, options_.processor);
  try {
    run_agents();
  } catch (const std::exception& error) {
    end_process(options_.name, error);
  }
}

void AgentThread::run_agents() {
  for (;;) {
    const Phase phase = phase_.load(std::memory_order_acquire);
    if (phase == Phase::stopping) return;
    const bool worked = turn() > 0;
    const TimeNs now = clock_.now();
    if (worked) worked_ = now;
    if (phase == Phase::draining) {
      if (!worked) drained_all_ = true;
      if (!worked || now.ns >= deadline_ns_) return;
    } else if (!worked) {
      rest(now);
    }
  }
}

std::size_t AgentThread::turn() {
  looked_ = clock_.now();
  ready_.wait(0);
  if (woken_) {  // woken while it was awake already
    waker_.done();
    woken_ = false;
  }
  const bool draining = phase_.load(std::memory_order_relaxed) == Phase::draining;
  std::size_t work = 0;
  // The clock is read for each agent, because a feed counts the age of its datagrams from then.
  for (Agent* agent : agents_)
    work += draining ? agent->drain(clock_.now()) : agent->do_work(clock_.now());
  return work;
}

TimeNs AgentThread::drained_until() {
  if (ready_.drained()) drained_ = looked_;
  return drained_;
}

void AgentThread::rest(TimeNs now) {
  const bool spins = options_.idle == IdleMode::spin ||
                     (options_.idle == IdleMode::backoff && now - worked_ < options_.spin_ns);
  if (spins) {
    __builtin_ia32_pause();
  } else {
    sleep();
  }
}

void AgentThread::sleep() {
  waker_.prepare();
  if (turn() > 0) {
    worked_ = clock_.now();
  } else if (phase_.load(std::memory_order_acquire) == Phase::running) {
    const TimeNs now = clock_.now();
    std::int64_t wait_ns = Agent::kDueNs;
    for (const Agent* agent : agents_) wait_ns = std::min(wait_ns, agent->due(now) - now);
    if (wait_ns > 0) ready_.wait(wait_ns);
  }
  waker_.done();
  woken_ = false;
}

}  // namespace indexcast::server
