// Bytes as a schedule for two lines: packets near, far and behind, resets, time. Numbers are handed
// on in order, each once between two resets, and every message is counted once.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "feedhandlers/common/line_arbiter.h"

namespace {

using namespace indexcast;
using feed::FeedCounter;

class Schedule {
 public:
  Schedule(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  bool done() const { return at_ >= size_; }
  std::uint8_t byte() { return done() ? 0 : data_[at_++]; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

void require(bool condition) {
  if (!condition) std::abort();
}

class Run {
  // Checks what is handed on.
  auto sink() {
    return [this](const feed::LinePacket& packet, std::uint32_t skip) {
      require(skip < packet.count);
      require(packet.sequence + std::uint64_t{skip} >= last_end_);
      last_end_ = packet.end();
      delivered_ += packet.count - skip;
    };
  }

 public:
  void step(Schedule& schedule) {
    const std::uint8_t what = schedule.byte();
    const auto line = static_cast<feed::Line>(what & 1);
    sent_ = sent_ + (schedule.byte() - 64) * kNsPerMs;
    now_ = now_ + schedule.byte() * 200'000;
    switch (what >> 1 & 7) {
      case 0:
        next_ = 1;
        if (arbiter_.on_reset(line, sent_, 1, now_, sink())) last_end_ = 1;
        break;
      case 1:
        arbiter_.on_time(now_, sink());
        break;
      case 2:
        packet(next_ + schedule.byte() * 10'000u, schedule.byte() % 5, line);
        break;
      default:
        packet(next_ + schedule.byte() % 24 - 12, schedule.byte() % 5, line);
        next_ += what >> 6;
        break;
    }
  }

  void finish() {
    now_ = now_ + kNsPerDay;
    arbiter_.on_time(now_, sink());
    require(arbiter_.held() == 0);
    require(counters_.get(FeedCounter::sequence_received) == delivered_);
    require(delivered_ + counters_.get(FeedCounter::duplicate) +
                counters_.get(FeedCounter::rejected) ==
            messages_);
  }

 private:
  void packet(std::uint32_t sequence, std::uint32_t count, feed::Line line) {
    messages_ += count;
    arbiter_.on_packet({sequence, count, line, sent_, {}}, now_, sink());
  }

  feed::FeedCounters counters_;
  feed::LineArbiter arbiter_{{6, 20 * kNsPerMs}, counters_};
  TimeNs now_{kNsPerDay};
  TimeNs sent_{kNsPerDay};
  std::uint32_t next_ = 20;
  std::uint64_t last_end_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t delivered_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Schedule schedule(data, size);
  Run run;
  while (!schedule.done()) run.step(schedule);
  run.finish();
  return 0;
}
