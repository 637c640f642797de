// How a thread of the server begins, and how it ends the server when it cannot go on.
#pragma once

#include <pthread.h>
#include <sched.h>
#include <spdlog/spdlog.h>

#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>

#include "server/settings/exit_code.h"

namespace indexcast::server {

// A thread without a processor of its own.
inline constexpr std::int64_t kAnyProcessor = -1;

// Gives the calling thread a name, of which the operating system shows 15 characters, and binds it
// to a processor, counted from 0, unless that is kAnyProcessor. A thread that it starts later is
// bound as well until it calls this itself. Logs an error when the processor cannot be had.
inline void begin_thread(const std::string& name, std::int64_t processor) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
  if (processor == kAnyProcessor) return;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(processor), &set);
  const int error = pthread_setaffinity_np(pthread_self(), sizeof set, &set);
  if (error != 0)
    spdlog::error("thread {}: processor {}: {}", name, processor, std::strerror(error));
}

// The contract of every thread, or group of threads, whether it runs our loop (AgentThread) or an
// Asio context:
//
//   start()             begins to work. Whatever wakes the thread is registered before.
//   drain(deadline_ns)  takes no new work, finishes what was accepted, at most until `deadline_ns`
//                       from now, and ends the thread. Returns false when work was left.
//   stop()              ends the thread after the work at hand. May follow drain() and stop().
//
// One thread calls all three. After drain() or stop() nothing that the thread used is used any
// more.
template <class T>
concept ServiceThread = requires(T& thread, std::int64_t deadline_ns) {
  thread.start();
  { thread.drain(deadline_ns) } -> std::same_as<bool>;
  thread.stop();
};

// Logs the reason and ends the process with kExitFailure at once. Nothing is flushed but the log:
// the state that an exception left behind is not to be published or journaled. Any thread.
[[noreturn]] inline void end_process(std::string_view thread, const std::exception& error) {
  spdlog::critical("thread {}: {}; the server ends", thread, error.what());
  spdlog::default_logger()->flush();
  std::_Exit(kExitFailure);
}

}  // namespace indexcast::server
