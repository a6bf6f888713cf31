import { accept, refuse, type Kind } from '../kind.ts';

/** An application load balancer by its ARN or its end, `app/name/id`: that is the value of the dimension. */
export const loadBalancer: Kind<string> = (text) => {
  const found = /^(?:arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:loadbalancer\/)?(app\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16})$/.exec(text)?.[1];
  if (found !== undefined) return accept(found);
  const isOther = /(^|\/)(net|gwy)\/[A-Za-z0-9-]+\/[0-9a-f]+$/.test(text);
  return refuse('must be the ARN of an application load balancer, or its end: app/my-balancer/50dc6c495c0c9188', {
    got: text, ...(isOther && { fix: 'Only application load balancers count requests; take access logs, Prometheus or "probe-urls".' }),
  });
};

/** A target group by its ARN or its end, `targetgroup/name/id`. */
export const targetGroup: Kind<string> = (text) => {
  const found = /^(?:arn:[\w-]+:elasticloadbalancing:[\w-]+:\d{12}:)?(targetgroup\/[A-Za-z0-9-]{1,32}\/[0-9a-f]{16})$/.exec(text)?.[1];
  return found === undefined ? refuse('must be the ARN of a target group, or its end: targetgroup/my-targets/73e2d6bc24d8a067', { got: text }) : accept(found);
};

/** An alarm by its name, or by its ARN. */
export const alarm: Kind<string> = (text) => {
  const name = /^arn:[\w-]+:cloudwatch:[\w-]+:\d{12}:alarm:(.+)$/.exec(text)?.[1] ?? text;
  return name.length <= 255 && !name.startsWith('arn:') ? accept(name) : refuse('must be the name of a CloudWatch alarm, of at most 255 characters, or its ARN', { got: text });
};
