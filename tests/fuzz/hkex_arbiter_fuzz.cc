// Uses the input bytes as a schedule for two lines: near, far and past packets, resets, time, and
// the actions of an owner that recovers: retransmitted packets, snapshots, giving up, forgetting.
// Checks that numbers are delivered in order, each once between two resets, that every message is
// counted once, and that nothing is delivered while all packets are held. The first byte selects
// the kinds of recovery.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "feedhandlers/sequencing/line_arbiter.h"

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
      if (arbiter_.restarts() != restarts_) last_end_ = 0;  // the numbers begin anew
      restarts_ = arbiter_.restarts();
      require(packet.sequence + std::uint64_t{skip} >= last_end_);
      require(!arbiter_.holding());
      last_end_ = packet.end();
      delivered_ += packet.count - skip;
    };
  }

  static feed::ArbiterSettings make_settings(std::uint8_t kind) {
    feed::ArbiterSettings settings;
    settings.capacity = 6;
    settings.recovery_capacity = (kind & 1) != 0 ? 12 : 0;
    settings.refreshes = (kind & 2) != 0;
    settings.restart_confirmation = kind >> 2 & 3;
    return settings;
  }

 public:
  explicit Run(std::uint8_t kind)
      : recovers_((kind & 1) != 0), arbiter_(make_settings(kind), counters_) {}

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
      case 3:
        recover(schedule);
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
    require(recovers_ == arbiter_.overdue(now_) || arbiter_.held() == 0);
    while (arbiter_.held() > 0) arbiter_.abandon(sink());
    const std::uint64_t numbers = counters_.get(FeedCounter::sequence_received) +
                                  counters_.get(FeedCounter::sequence_recovered);
    require(numbers == delivered_ + covered_);
    require(delivered_ + counters_.get(FeedCounter::duplicate) +
                counters_.get(FeedCounter::rejected) ==
            messages_);
  }

 private:
  void packet(std::uint32_t sequence, std::uint32_t count, feed::Line line,
              bool recovered = false) {
    messages_ += count;
    arbiter_.on_packet({sequence, count, line, sent_, {}, recovered}, now_, sink());
  }

  void recover(Schedule& schedule) {
    const std::uint8_t how = schedule.byte();
    if (!recovers_) return;
    switch (how & 3) {
      case 0:
        if (arbiter_.held() == 0 || !arbiter_.started()) return;
        packet(static_cast<std::uint32_t>(arbiter_.missing().begin), 1 + (how >> 2) % 4,
               feed::Line::a, true);
        break;
      case 1:
        refresh(next_ + (how >> 2) - 32);
        break;
      case 2:
        if (arbiter_.held() > 0) arbiter_.abandon(sink());
        break;
      default:
        if ((how & 4) == 0) return arbiter_.hold_back();
        arbiter_.forget(sent_, now_);
        last_end_ = 0;
        break;
    }
  }

  // Held messages that the snapshot covers count as received without being delivered.
  void refresh(std::uint64_t last) {
    if (!arbiter_.can_continue_after(last)) return;
    const auto numbers = [this] {
      return counters_.get(FeedCounter::sequence_received) +
             counters_.get(FeedCounter::sequence_recovered);
    };
    const std::uint64_t before = numbers();
    const std::uint64_t delivered = delivered_;
    arbiter_.continue_after(last, sent_, sink());
    require(arbiter_.expected() > last);
    covered_ += numbers() - before - (delivered_ - delivered);
  }

  feed::FeedCounters counters_;
  const bool recovers_;
  feed::LineArbiter arbiter_;
  TimeNs now_{kNsPerDay};
  TimeNs sent_{kNsPerDay};
  std::uint32_t next_ = 20;
  std::uint64_t last_end_ = 0;
  std::uint64_t restarts_ = 0;  // known to the sink
  std::uint64_t messages_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t covered_ = 0;  // by snapshots
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Schedule schedule(data, size);
  Run run(schedule.byte());
  while (!schedule.done()) run.step(schedule);
  run.finish();
  return 0;
}
