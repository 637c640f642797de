// The gateway's file mktdt00.txt (SSE notes 4): written from the messages that the gateway sends,
// record by record in a loop, over what stands there. While the market trades a reader therefore
// finds records of different rounds, half-written ones, and a checksum that does not fit.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/simulator/day/exchange_message.h"
#include "feedhandlers/transport/bytes.h"

namespace indexcast::sim {

// One line of an M102 with its LF, as the file holds it; empty for a stream that it does not hold.
std::string mktdt_record(feed::Bytes message);

// One thread.
class MktdtWriter {
 public:
  // Exchange time that one round takes (4.4: about three seconds, unconfirmed).
  static constexpr std::int64_t kRoundNs = 3 * kNsPerSecond;

  // Creates or empties the file; throws std::system_error when it cannot.
  explicit MktdtWriter(const std::string& path);
  ~MktdtWriter();
  MktdtWriter(const MktdtWriter&) = delete;
  MktdtWriter& operator=(const MktdtWriter&) = delete;

  // SSE's M101 and M102; everything else is passed over.
  void publish(const ExchangeMessage& message);
  // Writes as much of the loop as exchange time has passed since the last call: whole rounds before
  // the opening and after the indices' close, pieces of one in between. Nothing before the first
  // M101, and nothing any more after the last closing round. Throws std::system_error.
  void on_exchange_time(TimeNs now);

  // Rounds completed, that is, checksums written.
  std::uint64_t rounds() const { return rounds_; }
  // The last round is written: the file is the day's closing file.
  bool closed() const { return closed_; }

 private:
  using Key = std::pair<std::string, std::string>;  // MDStreamID, SecurityID

  bool torn() const { return session_[0] == 'T'; }
  void begin_round(TimeNs now);
  // What comes next in the file: the header, a record, or the trailer, which ends the round.
  std::string next_line();
  void write_bytes(std::size_t budget, TimeNs now);
  void end_round();
  std::string header(TimeNs now) const;

  int file_ = -1;
  std::string session_;                 // MDSesStatus; empty: not known yet
  std::map<Key, std::string> records_;  // the latest of each, in the order of the file
  std::vector<Key> round_;              // what the round under way consists of
  std::size_t next_record_ = 0;
  std::string line_;  // under way; `line_done_` bytes of it are written
  std::size_t line_done_ = 0;
  std::size_t offset_ = 0;
  std::size_t size_ = 0;
  std::uint32_t sum_ = 0;
  bool in_round_ = false;
  bool closed_ = false;
  TimeNs last_{};
  std::uint64_t rounds_ = 0;
};

}  // namespace indexcast::sim
