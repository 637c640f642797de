#include "feedhandlers/simulator/hkex_services/hkex_lines.h"

#include <algorithm>
#include <utility>

namespace indexcast::sim {
namespace {

constexpr std::uint64_t kLineStream = 2'000'000'000;

bool always(const Fault&) { return true; }

std::array<bool, kLineCount> only(std::size_t line) { return {line == 0, line == 1}; }

}  // namespace

LineFaults::LineFaults(const Settings& settings, FaultBook& faults, TransportCounts& counts)
    : random_(settings.seed, kLineStream),
      share_a_(settings.loss_a),
      share_b_(settings.loss_b),
      faults_(faults),
      counts_(counts) {}

template <class May, class Act>
void LineFaults::strike(FaultKind kind, const Opportunity& at, const Carried& carried, May may,
                        Act act) {
  const std::span<const Fault> plan = faults_.plan();
  for (std::size_t i = 0; i < plan.size(); ++i) {
    if (plan[i].kind != kind || !may(plan[i])) continue;
    const bool on_a = carried[0] && includes(plan[i].line, 0);
    const bool on_b = carried[1] && includes(plan[i].line, 1);
    if ((!on_a && !on_b) || !faults_.strikes(i, at)) continue;
    if (on_a) act(plan[i], std::size_t{0});
    if (on_b) act(plan[i], std::size_t{1});
  }
}

void LineFaults::push(const ExchangeMessage& packet) {
  const Opportunity at{packet.venue, packet.channel, china_time_of_day_ms(packet.exchange_time)};
  const auto bytes = std::make_shared<const std::vector<std::byte>>(packet.bytes);
  Carried carried{includes(packet.lines, 0), includes(packet.lines, 1)};
  silence(at, carried);
  lose_bursts(at, carried);
  lose_on_both(at, carried);
  lose_on_one(at, carried);
  if (!carried[0] && !carried[1]) ++counts_.packets_unseen;
  for (std::size_t line = 0; line < kLineCount; ++line) {
    if (carried[line]) send({packet.exchange_time, packet.channel, line, bytes}, at);
  }
}

void LineFaults::silence(const Opportunity& at, Carried& carried) {
  strike(FaultKind::silence, at, carried, always, [&](const Fault&, std::size_t line) {
    carried[line] = false;
    ++counts_.packets_silenced[line];
  });
}

void LineFaults::lose(std::size_t line, Carried& carried) {
  carried[line] = false;
  ++counts_.packets_lost[line];
}

void LineFaults::lose_bursts(const Opportunity& at, Carried& carried) {
  for (std::size_t line = 0; line < kLineCount; ++line) {
    std::int64_t& left = line_of(at.channel, line).burst;
    if (left == 0 || !carried[line]) continue;
    --left;
    lose(line, carried);
  }
  strike(FaultKind::burst_loss, at, carried, always, [&](const Fault& fault, std::size_t line) {
    line_of(at.channel, line).burst = fault.amount - 1;
    lose(line, carried);
  });
}

void LineFaults::lose_on_both(const Opportunity& at, Carried& carried) {
  strike(
      FaultKind::loss, at, carried, [](const Fault& fault) { return fault.line == Lines::both; },
      [&](const Fault&, std::size_t line) { lose(line, carried); });
}

// Never the last copy.
void LineFaults::lose_on_one(const Opportunity& at, Carried& carried) {
  Carried lost{random_.chance(share_a_), random_.chance(share_b_)};
  const bool spare_a = random_.between(0, 1) == 0;
  if (lost[0] && lost[1]) lost[spare_a ? 0 : 1] = false;
  for (std::size_t line = 0; line < kLineCount; ++line) {
    if (lost[line] && carried[0] && carried[1]) lose(line, carried);
  }
  strike(
      FaultKind::loss, at, carried,
      [&](const Fault& fault) { return fault.line != Lines::both && carried[0] && carried[1]; },
      [&](const Fault&, std::size_t line) { lose(line, carried); });
}

void LineFaults::send(LineDatagram copy, const Opportunity& at) {
  Line& line = line_of(copy.channel, copy.line);
  const Carried here = only(copy.line);
  const TimeNs now = copy.time;
  copy.time = delayed(copy, at);
  strike(FaultKind::duplicate, at, here, always, [&](const Fault& fault, std::size_t) {
    ++counts_.packets_duplicated[copy.line];
    LineDatagram again = copy;
    again.time = copy.time + fault.amount * kNsPerMs;
    queue(std::move(again));
  });
  std::int64_t overtaken_by = 0;
  strike(FaultKind::reorder, at, here, always,
         [&](const Fault& fault, std::size_t) { overtaken_by = fault.amount; });
  if (overtaken_by == 0) {
    queue(std::move(copy));
    return overtake(line, now);
  }
  ++counts_.packets_reordered[copy.line];
  overtake(line, now);
  line.held.push_back({std::move(copy), overtaken_by});
}

// When the copy leaves: skew keeps the order of the line, delay does not.
TimeNs LineFaults::delayed(const LineDatagram& copy, const Opportunity& at) {
  TimeNs& floor = line_of(copy.channel, copy.line).floor;
  std::int64_t late_ms = 0;
  strike(FaultKind::skew, at, only(copy.line), always,
         [&](const Fault& fault, std::size_t) { late_ms = std::max(late_ms, fault.amount); });
  TimeNs time = std::max(copy.time + late_ms * kNsPerMs, floor);
  if (late_ms > 0) floor = time;
  strike(FaultKind::delay, at, only(copy.line), always,
         [&](const Fault& fault, std::size_t) { time = time + fault.amount * kNsPerMs; });
  if (copy.time < time) ++counts_.packets_delayed[copy.line];
  return time;
}

void LineFaults::queue(LineDatagram copy) { waiting_.push({std::move(copy), order_++}); }

void LineFaults::overtake(Line& line, TimeNs now) {
  for (Held& held : line.held) {
    if (--held.left > 0) continue;
    held.copy.time = std::max(held.copy.time, now);
    queue(held.copy);
  }
  std::erase_if(line.held, [](const Held& held) { return held.left <= 0; });
}

void LineFaults::release(TimeNs now) {
  for (auto& [key, line] : lines_) {
    for (Held& held : line.held) {
      held.copy.time = std::max(held.copy.time, now);
      queue(std::move(held.copy));
    }
    line.held.clear();
  }
}

std::optional<TimeNs> LineFaults::next_time() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.top().copy.time;
}

bool LineFaults::take(TimeNs until, LineDatagram& out) {
  if (waiting_.empty() || until < waiting_.top().copy.time) return false;
  out = waiting_.top().copy;
  waiting_.pop();
  return true;
}

namespace {

constexpr TimeNs kNever = kNoDeadline;

}  // namespace

HkexLines::HkexLines(const Settings& settings, FaultBook& faults, TransportCounts& counts)
    : counts_(counts), lines_(settings, faults, counts), refresh_(settings, faults, counts) {
  for (const hkex::ChannelSettings& channel : settings.hkex.channels) {
    channels_[channel.id] = channel;
  }
}

void HkexLines::push(const ExchangeMessage& packet) {
  lines_.push(packet);
  refresh_.on_packet(packet);
}

std::optional<TimeNs> HkexLines::next_time() const {
  const TimeNs next =
      std::min(lines_.next_time().value_or(kNever), refresh_.next_time().value_or(kNever));
  return next == kNever ? std::nullopt : std::optional(next);
}

void HkexLines::send_until(TimeNs until, const Send& send) {
  if (until < kNever) refresh_.on_time(until);
  for (auto next = next_time(); next && *next <= until; next = next_time()) {
    LineDatagram datagram;
    RefreshPacket packet;
    if (lines_.take(*next, datagram)) {
      send_line(datagram, send);
    } else if (refresh_.take(*next, packet)) {
      send_refresh(packet, send);
    }
  }
}

void HkexLines::finish(TimeNs now, const Send& send) {
  lines_.release(now);
  send_until(kNever, send);
}

void HkexLines::send_line(const LineDatagram& datagram, const Send& send) {
  const hkex::ChannelSettings& channel = channels_.at(datagram.channel);
  const feed::Endpoint& group = datagram.line == 0 ? channel.line_a : channel.line_b;
  if (group.host.empty()) return;
  const bool sent = send(datagram.time, datagram.line, group, *datagram.bytes);
  ++(sent ? counts_.packets_sent[datagram.line] : counts_.send_errors);
}

void HkexLines::send_refresh(const RefreshPacket& packet, const Send& send) {
  const hkex::ChannelSettings& channel = channels_.at(packet.channel);
  for (std::size_t line = 0; line < kLineCount; ++line) {
    const feed::Endpoint& group = line == 0 ? channel.refresh_a : channel.refresh_b;
    if (group.host.empty()) continue;
    const bool sent = send(packet.time, line, group, packet.bytes);
    ++(sent ? counts_.refresh.packets_sent[line] : counts_.send_errors);
  }
}

}  // namespace indexcast::sim
