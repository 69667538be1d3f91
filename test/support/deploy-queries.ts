import { textOf, yamlOf } from './deploy-files.ts'
import type { Query } from './promql.ts'

export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

export interface Panel {
  readonly type: string
  readonly title: string
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[]
}

export interface Dashboard {
  readonly uid: string
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] }
}

export const alertRules = (): AlertRule[] =>
  yamlOf<{ groups: { rules: AlertRule[] }[] }>('deploy/prometheus/alerts.yml').groups.flatMap(
    ({ rules }) => rules,
  )

export const dashboard = (): Dashboard =>
  JSON.parse(textOf('deploy/grafana/dashboards/gem-ats-sync.json')) as Dashboard

/** All that the alerts and the dashboard ask Prometheus for; Grafana's variables are filled in. */
export function allQueries(): Query[] {
  const panels = dashboard().panels.flatMap(({ targets = [] }) => targets)
  return [
    ...alertRules().map(({ expr, annotations }) => ({ expr, texts: Object.values(annotations) })),
    ...panels.map(({ expr, legendFormat = '' }) => ({ expr: filledIn(expr), texts: [legendFormat] })),
  ]
}

const filledIn = (expr: string) => expr.replaceAll('$__rate_interval', '1m').replaceAll('$account', '.*')
