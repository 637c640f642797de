#include "server/app/agent_thread.h"

#include <pthread.h>

namespace indexcast::server {
namespace {

// Backoff: spin through a burst's gaps, yield through a quiet moment, then sleep. On a machine with
// fewer cores than threads long spinning takes the processor from the thread that has the work.
constexpr std::size_t kSpins = 200;
constexpr std::size_t kYields = 20;
// Longest sleep: timers and feed liveness are looked at this often even when nothing arrives.
constexpr int kSleepMs = 1;

}  // namespace

void AgentThread::start() {
  running_ = true;
  thread_ = std::thread([this] { run(); });
}

void AgentThread::stop() {
  running_ = false;
  waker_.wake();
  if (thread_.joinable()) thread_.join();
}

void AgentThread::run() {
  pthread_setname_np(pthread_self(), name_.substr(0, 15).c_str());
  std::size_t idle_cycles = 0;
  while (running_.load(std::memory_order_relaxed)) {
    if (cycle() > 0) {
      idle_cycles = 0;
    } else {
      rest(++idle_cycles);
    }
  }
}

std::size_t AgentThread::cycle() {
  std::size_t work = 0;
  // Read for each agent, because a feed counts the age of its datagrams from this moment.
  for (Agent* agent : agents_) work += agent->do_work(clock_.now());
  return work;
}

void AgentThread::rest(std::size_t idle_cycles) {
  if (idle_ == IdleMode::spin || (idle_ == IdleMode::backoff && idle_cycles < kSpins)) {
    __builtin_ia32_pause();
  } else if (idle_ == IdleMode::backoff && idle_cycles < kSpins + kYields) {
    std::this_thread::yield();
  } else {
    sleep();
  }
}

void AgentThread::sleep() {
  waker_.prepare();
  if (cycle() == 0) {
    descriptors_.clear();
    descriptors_.push_back(waker_.descriptor());
    for (const Agent* agent : agents_) agent->append_descriptors(descriptors_);
    ::poll(descriptors_.data(), descriptors_.size(), kSleepMs);
  }
  waker_.done();
}

}  // namespace indexcast::server
