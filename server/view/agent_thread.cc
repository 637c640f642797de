#include "server/view/agent_thread.h"

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
  const std::size_t found = ready_.wait(0);
  was_woken_ = woken_;
  if (woken_) {
    waker_.done();
    woken_ = false;
  }
  if (found > (was_woken_ ? 1u : 0u)) {
    for (Waker* waker : woken_on_input_) waker->wake();
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
  const std::int64_t idle_ns = now - worked_;
  const bool spins = options_.idle == IdleMode::spin ||
                     (options_.idle == IdleMode::backoff && idle_ns < options_.spin_ns);
  if (spins) {
    __builtin_ia32_pause();
  } else if (idle_ns < options_.pace_ns) {
    pace(now);
  } else {
    sleep();
  }
}

// The waker is not armed meanwhile, so wake() writes nothing.
void AgentThread::pace(TimeNs now) {
  const std::int64_t pace_ns = options_.pace_ns - (now - worked_);
  const std::int64_t limit_ns = wait_limit(now);
  ready_.wait(limit_ns < 0 ? pace_ns : std::min(limit_ns, pace_ns));
}

// The thread may block only after a look that was begun with the waker armed and found neither work
// nor a wake-up. A wake-up that this look takes disarms the waker, and blocking without an armed
// waker would miss the next one.
void AgentThread::sleep() {
  waker_.prepare();
  const bool worked = turn() > 0;
  const TimeNs now = clock_.now();
  if (worked || was_woken_) {
    worked_ = now;
  } else if (phase_.load(std::memory_order_acquire) == Phase::running) {
    ready_.wait(wait_limit(now));
    if (woken_) worked_ = clock_.now();  // spins for the work that it was woken for
  }
  waker_.done();
  woken_ = false;
}

// Time until the first agent is due; ReadySet::kNoLimit without one.
std::int64_t AgentThread::wait_limit(TimeNs now) const {
  TimeNs due = kNoDeadline;
  for (const Agent* agent : agents_) due = std::min(due, agent->due(now));
  return due == kNoDeadline ? feed::ReadySet::kNoLimit : std::max<std::int64_t>(due - now, 0);
}

}  // namespace indexcast::server
