// Everyday jobs of connectwise-rest against a sandbox; prints a line of JSON for each.
const { ManageAPI, AutomateAPI } = require('connectwise-rest')

const host = process.env.SANDBOX_HOST
const psa = new ManageAPI({
  companyId: 'sandbox', publicKey: 'sandbox-public', privateKey: 'sandbox-private', companyUrl: host, clientId: 'client-id',
})

async function report(job, work) {
  try {
    const answer = await work()
    const ok = answer !== false
    console.log(JSON.stringify({ job, ok, error: ok ? '' : 'the result is not as expected' }))
  } catch (problem) {
    console.log(JSON.stringify({ job, ok: false, error: String((problem && problem.message) || JSON.stringify(problem)).slice(0, 300) }))
  }
}

const LISTS = {
  ServiceAPI: ['ServiceTickets', 'ServiceBoards', 'ServicePriorities', 'ServiceSources', 'ServiceSLAs', 'ServiceLocations', 'ServiceTeams'],
  CompanyAPI: ['CompanyCompanies', 'CompanyContacts', 'CompanyConfigurations', 'CompanyCompaniesStatuses', 'CompanyCompaniesTypes', 'CompanyCountries', 'CompanyStates'],
  FinanceAPI: ['FinanceAgreements', 'FinanceInvoices', 'FinanceCurrencies', 'FinanceTaxCodes'],
  ProjectAPI: ['ProjectProjects', 'ProjectTickets', 'ProjectStatuses'],
  SalesAPI: ['SalesOpportunities', 'SalesActivities', 'SalesOrders'],
  ScheduleAPI: ['ScheduleEntries', 'ScheduleTypes', 'ScheduleStatuses'],
  SystemAPI: ['SystemMembers', 'SystemLocations', 'SystemDepartments', 'SystemCallbacks'],
  TimeAPI: ['TimeEntries', 'TimeWorkRoles', 'TimeWorkTypes'],
  ProcurementAPI: ['ProcurementCatalog', 'ProcurementManufacturers', 'ProcurementProducts'],
}

async function main() {
  for (const [part, names] of Object.entries(LISTS)) {
    const api = psa[part]
    for (const name of names) {
      if (typeof api[`get${name}`] !== 'function') continue
      await report(`list ${name}`, async () => (await api[`get${name}`]({ pageSize: 5 })).length > 0)
      await report(`count ${name}`, async () => (await api[`get${name}Count`]({})).count > 0)
      if (typeof api[`get${name}ById`] !== 'function') continue
      await report(`first of ${name}`, async () => {
        const [first] = await api[`get${name}`]({ pageSize: 1 })
        return (await api[`get${name}ById`](first.id, {})).id === first.id
      })
    }
  }
  const service = psa.ServiceAPI
  const body = { summary: 'peer', company: { identifier: 'AcmeIndustries' }, board: { name: 'Help Desk' }, status: { name: 'New' } }
  const made = await service.postServiceTickets(body)
  await report('created ticket', async () => made.company.id === 1 && made.status.id === 11)
  await report('filter tickets', async () => (await service.getServiceTickets({ conditions: 'closedFlag = false', orderBy: 'id desc', pageSize: 5 })).every((each) => !each.closedFlag))
  await report('search tickets', async () => (await service.postServiceTicketsSearch({ conditions: `id = ${made.id}` }, {})).length === 1)
  await report('patch a summary', async () => (await service.patchServiceTicketsById(made.id, [{ op: 'replace', path: 'summary', value: 'changed' }])).summary === 'changed')
  await report('close by name', async () => (await service.patchServiceTicketsById(made.id, [{ op: 'replace', path: 'status', value: { name: '>Closed' } }])).closedFlag)
  await report('add a note', async () => (await service.postServiceTicketsByParentIdNotes(made.id, { text: 'n', detailDescriptionFlag: true })).ticketId === made.id)
  await report('list all notes', async () => (await service.getServiceTicketsByParentIdAllNotes(made.id, {})).length === 1)
  await report('enter time', async () => (await psa.TimeAPI.postTimeEntries({ chargeToId: made.id, chargeToType: 'ServiceTicket', timeStart: '2026-01-05T09:00:00Z', timeEnd: '2026-01-05T10:00:00Z' })).company.id === 1)
  await report('list time of a ticket', async () => (await service.getServiceTicketsByParentIdTimeentries(made.id, {})).length === 1)
  await report('create a company', async () => (await psa.CompanyAPI.postCompanyCompanies({ identifier: 'PeerJs', name: 'Peer', site: { name: 'Main' } })).status.name === 'Active')
  await report('identifier in use', async () => psa.CompanyAPI.postCompanyCompanies({ identifier: 'PeerJs', name: 'Peer', site: { name: 'Main' } }).then(() => false, (problem) => JSON.stringify(problem).includes('ObjectExists') || String(problem.message || problem).includes('invalid')))
  await report('all pages', async () => (await psa.paginate(service.getServiceTickets, { pageSize: 40 }, {})).length > 100)
  await report('delete a ticket', async () => (await service.deleteServiceTicketsById(made.id), true))
  await report('deleted ticket is gone', async () => service.getServiceTicketsById(made.id, {}).then(() => false, () => true))
  const rmm = new AutomateAPI({ serverUrl: host, username: 'integrator', password: 'sandbox-password', clientId: 'client-id' })
  await report('list computers', async () => (await rmm.ComputersAPI.getComputerList({ pageSize: 5 })).length === 5)
}

main().catch((problem) => { console.error(problem); process.exit(1) })
