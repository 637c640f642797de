#include "feedhandlers/transport/ready_set.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>

namespace indexcast::feed {
namespace {

constexpr int kEvents = 64;  // taken in one call; more come with the next
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

epoll_event event_of(ReadySet::Wanted wanted, bool& ready) {
  epoll_event event{};
  event.events = wanted == ReadySet::Wanted::read ? EPOLLIN : EPOLLIN | EPOLLOUT;
  event.data.ptr = &ready;
  return event;
}

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

ReadySet::ReadySet() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) fail("epoll_create1");
}

ReadySet::~ReadySet() { ::close(epoll_); }

void ReadySet::add(int descriptor, Wanted wanted, bool& ready) {
  epoll_event event = event_of(wanted, ready);
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

void ReadySet::change(int descriptor, Wanted wanted, bool& ready) {
  epoll_event event = event_of(wanted, ready);
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event) != 0) fail("epoll_ctl");
}

std::size_t ReadySet::wait(std::int64_t limit_ns) {
  std::array<epoll_event, kEvents> events;
  const timespec limit{limit_ns / kNsPerSecond, limit_ns % kNsPerSecond};
  const int count = ::epoll_pwait2(epoll_, events.data(), kEvents,
                                   limit_ns == kNoLimit ? nullptr : &limit, nullptr);
  for (int i = 0; i < count; ++i) {
    bool& ready = *static_cast<bool*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (!ready) found_.push_back(&ready);
    ready = true;
  }
  return static_cast<std::size_t>(std::max(count, 0));
}

bool ReadySet::drained() {
  std::erase_if(found_, [](const bool* ready) { return !*ready; });
  return found_.empty();
}

}  // namespace indexcast::feed
