// The ticks that a Shenzhen gateway holds for those who missed them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "feedhandlers/transport/bytes.h"

namespace indexcast::sim {

// One thread.
class TickStore {
 public:
  // Of each channel the last so many are kept: some minutes of a busy channel, 40 MB at most.
  static constexpr std::size_t kPerChannel = 200'000;

  explicit TickStore(std::size_t per_channel = kPerChannel) : per_channel_(per_channel) {}

  // Numbers of a channel come without holes, from whatever they begin with.
  void add(std::uint32_t channel, std::int64_t sequence, feed::Bytes message) {
    Channel& kept = channels_[channel];
    if (kept.messages.empty()) kept.first = sequence;
    kept.messages.emplace_back(message.begin(), message.end());
    if (kept.messages.size() <= per_channel_) return;
    kept.messages.pop_front();
    ++kept.first;
  }

  // The message; null when it is not held.
  const std::vector<std::byte>* find(std::uint32_t channel, std::int64_t sequence) const {
    const auto kept = channels_.find(channel);
    if (kept == channels_.end() || sequence < kept->second.first) return nullptr;
    const auto place = static_cast<std::size_t>(sequence - kept->second.first);
    return place < kept->second.messages.size() ? &kept->second.messages[place] : nullptr;
  }

  // The last number held, 0 when there is none.
  std::int64_t last(std::uint32_t channel) const {
    const auto kept = channels_.find(channel);
    if (kept == channels_.end()) return 0;
    return kept->second.first + static_cast<std::int64_t>(kept->second.messages.size()) - 1;
  }

 private:
  struct Channel {
    std::int64_t first = 1;
    std::deque<std::vector<std::byte>> messages;
  };

  std::size_t per_channel_;
  std::map<std::uint32_t, Channel> channels_;
};

}  // namespace indexcast::sim
