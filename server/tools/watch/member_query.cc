#include "server/tools/watch/member_query.h"

namespace indexcast::server {
namespace {

constexpr std::int64_t kRefreshNs = kNsPerSecond;
constexpr std::int64_t kPatienceNs = 3 * kNsPerSecond;

}  // namespace

void reconnect_when_silent(zmq::socket_t& socket) {
  socket.set(zmq::sockopt::connect_timeout, 2000);
  socket.set(zmq::sockopt::handshake_ivl, 2000);
  socket.set(zmq::sockopt::heartbeat_ivl, 1000);
  socket.set(zmq::sockopt::heartbeat_timeout, 4000);
}

MemberQuery::MemberQuery(zmq::context_t& context, const std::string& endpoint)
    : endpoint_(endpoint), socket_(context, zmq::socket_type::dealer) {
  socket_.set(zmq::sockopt::linger, 0);
  reconnect_when_silent(socket_);
  socket_.connect(endpoint);
}

void MemberQuery::ask(const std::string& code, TimeNs now) {
  if (code != code_) {
    members_.reset();
    fault_.clear();
  } else if (now - asked_at_ < (answered_ == asked_ ? kRefreshNs : kPatienceNs)) {
    return;
  } else if (answered_ != asked_) {
    fault_ = "no answer from " + endpoint_;
  }
  code_ = code;
  asked_at_ = now;
  v1::Request request;
  request.set_request_id(++asked_);
  request.mutable_members()->set_code(code);
  const std::string bytes = request.SerializeAsString();
  socket_.send(zmq::buffer(bytes), zmq::send_flags::dontwait);
}

bool MemberQuery::receive() {
  zmq::message_t message;
  bool more = true;
  bool any = false;
  v1::Reply reply;
  while (more && socket_.recv(message, zmq::recv_flags::dontwait)) {
    more = message.more();
    any = reply.ParseFromArray(message.data(), static_cast<int>(message.size()));
  }
  // Answers about a previously requested index are ignored.
  if (any && reply.request_id() == asked_) take(reply);
  return any;
}

void MemberQuery::take(const v1::Reply& reply) {
  answered_ = asked_;
  fault_.clear();
  if (reply.has_members()) {
    members_ = reply.members();
  } else {
    fault_ = reply.has_refusal() ? reply.refusal().detail() : "an answer to another question";
  }
}

}  // namespace indexcast::server
