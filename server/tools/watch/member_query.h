// Asks a server for the members of one index, as its newest level was made of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <zmq.hpp>

#include "calc/time.h"
#include "indexcast/v1/query.pb.h"

namespace indexcast::server {

// Makes ZeroMQ close a connection whose other end stopped answering, within seconds, and reconnect.
// The operating system would keep it for minutes. Call before socket.connect().
void reconnect_when_silent(zmq::socket_t& socket);

// At most one question is under way. One thread.
class MemberQuery {
 public:
  // `endpoint`: the server's ROUTER. Throws zmq::error_t for one that is none.
  MemberQuery(zmq::context_t& context, const std::string& endpoint);

  // Asks when the last answer is older than a second, or did not come for three.
  void ask(const std::string& code, TimeNs now);
  // Takes what came; true when it was an answer.
  bool receive();

  // Members of the last requested code; empty before the first answer.
  const std::optional<v1::MembersReply>& members() const { return members_; }
  // Why there are no members; empty when nothing is wrong.
  const std::string& fault() const { return fault_; }
  zmq::socket_t& socket() { return socket_; }

 private:
  void take(const v1::Reply& reply);

  std::string endpoint_;
  zmq::socket_t socket_;
  std::string code_;
  std::uint64_t asked_ = 0;     // id of the last question
  std::uint64_t answered_ = 0;  // and of the one that was answered last
  TimeNs asked_at_{};
  std::optional<v1::MembersReply> members_;
  std::string fault_;
};

}  // namespace indexcast::server
