/// Replies in the form of EC2's.
enum EC2Replies {
  static let describeInstances = """
    <?xml version="1.0" encoding="UTF-8"?>
    <DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
        <requestId>8f7724cf-496f-496e-8fe3-example</requestId>
        <reservationSet>
            <item>
                <reservationId>r-1234567890abcdef0</reservationId>
                <ownerId>123456789012</ownerId>
                <groupSet/>
                <instancesSet>
                    <item>
                        <instanceId>i-1234567890abcdef0</instanceId>
                        <imageId>ami-0123456789abcdef0</imageId>
                        <instanceState><code>16</code><name>running</name></instanceState>
                        <privateDnsName>ip-10-0-0-12.ec2.internal</privateDnsName>
                        <keyName>my_keypair</keyName>
                        <instanceType>g4dn.xlarge</instanceType>
                        <launchTime>2026-11-21T10:50:31.000Z</launchTime>
                        <placement><availabilityZone>us-east-1a</availabilityZone><groupName/></placement>
                        <privateIpAddress>10.0.0.12</privateIpAddress>
                        <ipAddress>198.51.100.7</ipAddress>
                        <groupSet><item><groupId>sg-1</groupId><groupName>exp</groupName></item></groupSet>
                        <clientToken>token-1</clientToken>
                        <tagSet>
                            <item><key>EXP_ID</key><value>ParM &amp; co</value></item>
                            <item><key>empty</key><value/></item>
                        </tagSet>
                        <metadataOptions><state>applied</state><httpTokens>required</httpTokens></metadataOptions>
                    </item>
                </instancesSet>
            </item>
            <item>
                <reservationId>r-2</reservationId>
                <instancesSet>
                    <item>
                        <instanceId>i-2</instanceId>
                        <imageId>ami-2</imageId>
                        <instanceState><code>48</code><name>terminated</name></instanceState>
                        <instanceType>t3.micro</instanceType>
                        <stateReason>
                            <code>Server.InsufficientInstanceCapacity</code>
                            <message>Server.InsufficientInstanceCapacity: There is no capacity</message>
                        </stateReason>
                    </item>
                </instancesSet>
            </item>
        </reservationSet>
        <nextToken>page 2</nextToken>
    </DescribeInstancesResponse>
    """

  /// - Parameter error: the name around the errors of the reply.
  static func error(_ code: String, _ message: String = "Words.", requestID: String = "ea966190-f9aa") -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <Response><Errors><Error><Code>\(code)</Code><Message>\(message)</Message></Error></Errors>\
    <RequestID>\(requestID)</RequestID></Response>
    """
  }

  /// `<ActionResponse>` around `content`.
  static func reply(_ action: String, _ content: String = "<return>true</return>") -> String {
    "<\(action)Response xmlns=\"x\"><requestId>r-\(action)</requestId>\(content)</\(action)Response>"
  }
}
